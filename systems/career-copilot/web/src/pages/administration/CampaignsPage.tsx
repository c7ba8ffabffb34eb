import { EmptyState, LinkButton, List, LoadMore, Skeleton, Status } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import type { CampaignState } from '../../../../api/campaigns.ts';
import { useApiPages } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Available } from '../../shell/Available.tsx';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Administration.module.css';
import { CAMPAIGNS, type Campaign } from './campaigns.ts';
import { NotYet } from './NotYet.tsx';

export const TONES = {
  draft: 'neutral',
  running: 'info',
  paused: 'warning',
  cancelled: 'danger',
  done: 'good',
} as const satisfies Record<CampaignState, string>;
const NEW = '/administration/campaigns/new';

export function CampaignsPage() {
  const t = useTranslations('administration.campaigns');
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      width="full"
      actions={
        <LinkButton href={NEW} variant="primary" icon="add">
          {t('new')}
        </LinkButton>
      }
    >
      <Available operation={CAMPAIGNS} skeleton={<ListSkeleton />} missing={<NotYet part="campaigns" />}>
        <Campaigns />
      </Available>
    </Page>
  );
}

function Campaigns() {
  const t = useTranslations('administration');
  const list = useApiPages(CAMPAIGNS, { params: { query: { limit: 50 } } }, 'items');
  return (
    <Reading of={list} failed={t('campaigns.failed')} skeleton={<ListSkeleton />}>
      {() =>
        list.rows.length === 0 ? (
          <EmptyState
            icon="send"
            title={t('campaigns.none.title')}
            action={<LinkButton href={NEW}>{t('campaigns.new')}</LinkButton>}
          >
            {t('campaigns.none.text')}
          </EmptyState>
        ) : (
          <>
            <List
              label={t('campaigns.title')}
              items={list.rows}
              idOf={({ id }) => id}
              textOf={({ name }) => name}
              hrefOf={({ id }) => `/administration/campaigns/${id}`}
              render={(campaign) => <CampaignLine campaign={campaign} />}
            />
            <LoadMore
              text={t('campaigns.shown', { count: list.rows.length })}
              buttonLabel={t('more')}
              hasMore={list.hasNextPage}
              isPending={list.isFetchingNextPage}
              pendingLabel={t('loadingMore')}
              onLoad={() => void list.fetchNextPage()}
            />
          </>
        )
      }
    </Reading>
  );
}

function CampaignLine({ campaign: { name, state, words, created_at } }: { campaign: Campaign }) {
  const t = useTranslations('administration.campaigns');
  const { dateTime } = useFormats();
  return (
    <div className={styles.line}>
      <div className={styles.what}>
        <span className={styles.name}>{name}</span>
        <span className={styles.muted}>{words.subject}</span>
      </div>
      <div className={styles.facts}>
        <Status tone={TONES[state]}>{t(`states.${state}`)}</Status>
        <span className={styles.muted}>{dateTime(created_at)}</span>
      </div>
    </div>
  );
}

function ListSkeleton() {
  return <Skeleton shape="block" height="30rem" />;
}
