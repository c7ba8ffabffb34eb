import { Button, Card, EmptyState, LoadMore, Select, Skeleton, Status } from '@banyan/ui';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiPages } from '../../../api/index.ts';
import { useAgo } from '../../../i18n/index.ts';
import { Reading } from '../../../shell/Reading.tsx';
import settings from '../Settings.module.css';
import { DeliveryDrawer } from './DeliveryDrawer.tsx';
import { ReplayDialog } from './ReplayDialog.tsx';
import styles from './Webhooks.module.css';
import {
  DELIVERY_STATES,
  DELIVERY_TONES,
  type Delivery,
  type DeliveryState,
  type Webhook,
} from './webhook.ts';

const PAGE = '/signed-in/settings/webhooks/$id';
const LIST = 'GET /api/v1/integrations/webhooks/{id}/deliveries';
/** While something is on its way, ms. */
const LOOK_AGAIN_MS = 4_000;
const ALL = 'all';

/** What was sent, or waits to be, the newest first. */
export function DeliveriesCard({ webhook }: { webhook: Webhook }) {
  const t = useTranslations('webhooks.deliveries');
  const { state, delivery } = useSearch({ from: PAGE });
  const navigate = useNavigate({ from: '/settings/webhooks/$id' });
  const [isReplaying, setReplaying] = useState(false);
  const deliveries = useDeliveries(webhook.id, state);
  return (
    <Card
      title={t('title')}
      description={t('text')}
      actions={
        <Select
          label={t('filter')}
          isLabelHidden
          placeholder={t('all')}
          value={state ?? ALL}
          options={[
            { id: ALL, label: t('all') },
            ...DELIVERY_STATES.map((id) => ({ id, label: t(`states.${id}`) })),
          ]}
          onChange={(id) =>
            void navigate({ search: id === ALL ? {} : { state: id as DeliveryState }, replace: true })
          }
        />
      }
      footer={
        <Button icon="refresh" isDisabled={webhook.disabled !== null} onPress={() => setReplaying(true)}>
          {t('replay')}
        </Button>
      }
    >
      <Reading of={deliveries} failed={t('failed')} skeleton={<Skeleton shape="block" height="12rem" />}>
        {(rows) => <Rows rows={rows} isFiltered={state !== undefined} />}
      </Reading>
      {deliveries.rows.length > 0 && deliveries.hasNextPage && (
        <LoadMore
          text={t('shown', { count: deliveries.rows.length })}
          buttonLabel={t('more')}
          hasMore
          isPending={deliveries.isFetchingNextPage}
          pendingLabel={t('loading')}
          onLoad={() => void deliveries.fetchNextPage()}
        />
      )}
      {delivery !== undefined && (
        <DeliveryDrawer
          webhook={webhook}
          delivery={delivery}
          onClose={() => void navigate({ search: ({ delivery: _, ...rest }) => rest })}
        />
      )}
      {isReplaying && <ReplayDialog webhook={webhook} onClose={() => setReplaying(false)} />}
    </Card>
  );
}

function useDeliveries(id: number, state: DeliveryState | undefined) {
  const input = { params: { path: { id }, query: state === undefined ? {} : { state } } };
  const pages = useApiPages(LIST, input, 'items', {
    refetchInterval: (query) =>
      JSON.stringify(query.state.data ?? '').includes('"pending"') ? LOOK_AGAIN_MS : false,
  });
  return { ...pages, data: pages.firstPage && pages.rows };
}

function Rows({ rows, isFiltered }: { rows: readonly Delivery[]; isFiltered: boolean }) {
  const t = useTranslations('webhooks.deliveries');
  if (rows.length === 0)
    return (
      <EmptyState icon="send" title={t(isFiltered ? 'noneOfState' : 'none')} level={3}>
        {!isFiltered && t('noneText')}
      </EmptyState>
    );
  return (
    <ul className={settings.rows}>
      {rows.map((delivery) => (
        <DeliveryRow key={delivery.id} delivery={delivery} />
      ))}
    </ul>
  );
}

function DeliveryRow({
  delivery: { id, type, state, created_at, due_at, attempts },
}: {
  delivery: Delivery;
}) {
  const t = useTranslations('webhooks.deliveries');
  const ago = useAgo();
  const waits = state === 'pending' && due_at !== null && attempts > 0;
  return (
    <li>
      <span className={settings.row}>
        <Link
          from="/settings/webhooks/$id"
          search={(search) => ({ ...search, delivery: id })}
          className={styles.link}
          aria-label={t('open', { type, when: ago(created_at) })}
        >
          <code>{type}</code>
        </Link>
        <span className={settings.muted}>
          {ago(created_at)}
          {waits && ` · ${t('again', { when: ago(due_at) })}`}
        </span>
      </span>
      <Status tone={DELIVERY_TONES[state]}>{t(`states.${state}`)}</Status>
    </li>
  );
}
