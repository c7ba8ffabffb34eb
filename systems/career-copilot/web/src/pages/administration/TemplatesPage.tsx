import { Badge, Card, Link, Skeleton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';
import { Available } from '../../shell/Available.tsx';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Administration.module.css';
import { NotYet } from './NotYet.tsx';
import { byKind, pathOfTemplate, TEMPLATES } from './templates.ts';

/** All words in which people are told of something. */
export function TemplatesPage() {
  const t = useTranslations('administration.templates');
  return (
    <Page title={t('title')} lead={t('lead')} width="full">
      <Available operation={TEMPLATES} skeleton={<TemplatesSkeleton />} missing={<NotYet part="templates" />}>
        <Templates />
      </Available>
    </Page>
  );
}

function Templates() {
  const t = useTranslations('administration.templates');
  const list = useApiQuery(TEMPLATES, {});
  return (
    <Reading of={list} failed={t('failed')} skeleton={<TemplatesSkeleton />}>
      {({ templates }) => (
        <div className={styles.cards}>
          {byKind(templates).map(({ kind, locales }) => (
            <Card key={kind} title={t(`kinds.${kind}`)} description={t(`about.${kind}`)}>
              <ul className={styles.locales}>
                {locales.map((one) => (
                  <li key={one.locale}>
                    <Link href={pathOfTemplate(one)}>{t(`locales.${one.locale}`)}</Link>
                    <Badge tone={one.version === 0 ? 'neutral' : 'accent'}>
                      {one.version === 0 ? t('builtIn') : t('changed', { version: one.version })}
                    </Badge>
                  </li>
                ))}
              </ul>
            </Card>
          ))}
        </div>
      )}
    </Reading>
  );
}

function TemplatesSkeleton() {
  return <Skeleton shape="block" height="40rem" />;
}
