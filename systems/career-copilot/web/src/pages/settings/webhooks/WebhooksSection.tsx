import { Badge, Button, Card, EmptyState, Skeleton } from '@banyan/ui';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiPages } from '../../../api/index.ts';
import { Page } from '../../../shell/Page.tsx';
import { Reading } from '../../../shell/Reading.tsx';
import { Available } from '../Available.tsx';
import settings from '../Settings.module.css';
import { SecretDialog } from './SecretDialog.tsx';
import { WebhookDialog } from './WebhookDialog.tsx';
import styles from './Webhooks.module.css';
import { STANDING_TONES, shortAddress, standingOf, type Webhook } from './webhook.ts';

const LIST = 'GET /api/v1/integrations/webhooks';

/** Programs that are told what happens, as it happens. */
export function WebhooksSection() {
  const t = useTranslations('webhooks');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Available operation={LIST} skeleton={<Skeleton shape="block" height="14rem" />}>
        <Webhooks />
      </Available>
    </Page>
  );
}

function Webhooks() {
  const t = useTranslations('webhooks');
  const navigate = useNavigate();
  const list = useApiPages(LIST, {}, 'items');
  const [isNew, setNew] = useState(false);
  const [made, setMade] = useState<{ id: number; secret: string } | null>(null);
  const read = { ...list, data: list.firstPage && list.rows };
  const add = (
    <Button variant="primary" icon="add" onPress={() => setNew(true)}>
      {t('new')}
    </Button>
  );
  return (
    <>
      <Reading of={read} failed={t('failed')} skeleton={<Skeleton shape="block" height="14rem" />}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <Card>
              <EmptyState icon="send" title={t('none')} action={add}>
                {t('noneText')}
              </EmptyState>
            </Card>
          ) : (
            <Card title={t('yours')} actions={add}>
              <ul className={settings.rows}>
                {webhooks.map((webhook) => (
                  <WebhookRow key={webhook.id} webhook={webhook} />
                ))}
              </ul>
            </Card>
          )
        }
      </Reading>
      {isNew && (
        <WebhookDialog
          onClose={() => setNew(false)}
          onMade={(webhook) => {
            setNew(false);
            setMade(webhook);
          }}
        />
      )}
      {made !== null && (
        <SecretDialog
          secret={made.secret}
          onClose={() => {
            setMade(null);
            void navigate({ to: '/settings/webhooks/$id', params: { id: made.id } });
          }}
        />
      )}
    </>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const t = useTranslations('webhooks');
  const standing = standingOf(webhook);
  return (
    <li>
      <span className={settings.row}>
        <span className={settings.name}>
          <Link to="/settings/webhooks/$id" params={{ id: webhook.id }} className={styles.link}>
            {shortAddress(webhook.url)}
          </Link>
          <Badge tone={STANDING_TONES[standing]}>{t(`standing.${standing}`)}</Badge>
        </span>
        <span className={settings.muted}>
          {webhook.description === ''
            ? t('events', { count: webhook.event_types.length })
            : webhook.description}
        </span>
      </span>
    </li>
  );
}
