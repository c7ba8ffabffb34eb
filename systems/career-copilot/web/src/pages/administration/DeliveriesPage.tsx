import { Badge, Button, EmptyState, List, LoadMore, Select, Skeleton, Status } from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { CHANNELS } from '../../../../api/notifications.ts';
import { useApiPages } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { useReasonWords } from '../../messages-sent/use-reason-words.ts';
import { Available } from '../../shell/Available.tsx';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Administration.module.css';
import { type DeliveriesSearch, UNDELIVERED, type UndeliveredMessage } from './deliveries.ts';
import { NotYet } from './NotYet.tsx';

const route = getRouteApi('/signed-in/administration/deliveries');

/** What did not arrive, of whomever. */
export function DeliveriesPage() {
  const t = useTranslations('administration.deliveries');
  return (
    <Page title={t('title')} lead={t('lead')} width="full">
      <Available operation={UNDELIVERED} skeleton={<ListSkeleton />} missing={<NotYet part="deliveries" />}>
        <Deliveries />
      </Available>
    </Page>
  );
}

function Deliveries() {
  const t = useTranslations('administration');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useApiPages(UNDELIVERED, { params: { query: { limit: 50, ...search } } }, 'items');
  const choose = (next: DeliveriesSearch) =>
    void navigate({ search: next, replace: true, resetScroll: false });
  const isNarrowed = search.state !== undefined || search.channel !== undefined;
  return (
    <>
      <Filters search={search} onChoose={choose} />
      <Reading of={list} failed={t('deliveries.failed')} skeleton={<ListSkeleton />}>
        {() =>
          list.rows.length === 0 ? (
            <EmptyState
              icon="good"
              title={t('deliveries.none.title')}
              {...(isNarrowed && {
                action: <Button onPress={() => choose({})}>{t('deliveries.none.action')}</Button>,
              })}
            >
              {t('deliveries.none.text')}
            </EmptyState>
          ) : (
            <>
              <List
                label={t('deliveries.title')}
                items={list.rows}
                idOf={({ id }) => id}
                textOf={({ user_id }) => t('deliveries.to', { id: String(user_id) })}
                render={(message) => <MessageLine message={message} />}
              />
              <LoadMore
                text={t('deliveries.shown', { count: list.rows.length })}
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
    </>
  );
}

function Filters({
  search,
  onChoose,
}: {
  search: DeliveriesSearch;
  onChoose: (search: DeliveriesSearch) => void;
}) {
  const t = useTranslations('administration.deliveries');
  const { state: _state, ...withoutState } = search;
  const { channel: _channel, ...withoutChannel } = search;
  return (
    <div className={styles.filters}>
      <Select
        label={t('state')}
        placeholder={t('all')}
        value={search.state ?? 'all'}
        options={[
          { id: 'all', label: t('all') },
          ...(['failed', 'bounced'] as const).map((id) => ({ id, label: t(`states.${id}`) })),
        ]}
        onChange={(id) =>
          onChoose(id === 'all' ? withoutState : { ...search, state: id as 'failed' | 'bounced' })
        }
      />
      <Select
        label={t('channel')}
        placeholder={t('all')}
        value={search.channel ?? 'all'}
        options={[
          { id: 'all', label: t('all') },
          ...CHANNELS.map((id) => ({ id, label: t(`channels.${id}`) })),
        ]}
        onChange={(id) =>
          onChoose(id === 'all' ? withoutChannel : { ...search, channel: id as (typeof CHANNELS)[number] })
        }
      />
    </div>
  );
}

function MessageLine({ message }: { message: UndeliveredMessage }) {
  const t = useTranslations('administration');
  const { dateTime } = useFormats();
  const reasonWords = useReasonWords();
  const { user_id, kind, channel, state, reason, updated_at } = message;
  return (
    <div className={styles.line}>
      <div className={styles.what}>
        <span className={styles.name}>
          {t(`templates.kinds.${kind as 'news'}`)}
          <Badge>{t(`deliveries.channels.${channel}`)}</Badge>
        </span>
        <span className={styles.muted}>
          {t('deliveries.to', { id: String(user_id) })}
          {reason !== null && ` · ${reasonWords(reason)}`}
        </span>
      </div>
      <div className={styles.facts}>
        <Status tone={state === 'bounced' ? 'warning' : 'danger'}>
          {t(`deliveries.states.${state as 'failed' | 'bounced'}`)}
        </Status>
        <span className={styles.muted}>{dateTime(updated_at)}</span>
      </div>
    </div>
  );
}

/** Why a message did not arrive; what nobody has words for, as it came. */
function ListSkeleton() {
  return <Skeleton shape="block" height="30rem" />;
}
