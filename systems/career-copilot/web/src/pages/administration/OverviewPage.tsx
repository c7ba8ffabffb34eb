import { Card, EmptyState, LinkButton, Skeleton, SkeletonGroup } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { Page } from '../../shell/Page.tsx';
import styles from './Administration.module.css';
import { useSections } from './use-sections.ts';

/** What there is to administer. */
export function OverviewPage() {
  const t = useTranslations('administration');
  const sections = useSections();
  const there = sections.filter(({ feature }) => feature === 'there');
  return (
    <Page title={t('title')} lead={t('overview.lead')}>
      {there.length > 0 ? (
        <div className={styles.cards}>
          {there.map(({ name, path }) => (
            <Card
              key={name}
              title={t(`parts.${name}`)}
              footer={<LinkButton href={path}>{t('overview.open', { part: t(`parts.${name}`) })}</LinkButton>}
            >
              <p>{t(`overview.about.${name}`)}</p>
            </Card>
          ))}
        </div>
      ) : sections.some(({ feature }) => feature === 'unknown') ? (
        <Waiting />
      ) : (
        <EmptyState
          icon="people"
          title={t('overview.none.title')}
          action={<LinkButton href="/">{t('notForYou.home')}</LinkButton>}
        >
          {t('overview.none.text')}
        </EmptyState>
      )}
    </Page>
  );
}

function Waiting() {
  const t = useTranslations('shell');
  return (
    <SkeletonGroup label={t('starting')}>
      <Skeleton shape="block" height="12rem" />
    </SkeletonGroup>
  );
}
