import { Badge, Banner, Button, Card, Select, Stack, Switch } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { WebhookType } from '../../../../../api/integrations.ts';
import { expected, useApiMutation } from '../../../api/index.ts';
import { useAgo, useFormats } from '../../../i18n/index.ts';
import settings from '../Settings.module.css';
import { useTelling } from '../use-telling.ts';
import { RemoveDialog } from './RemoveDialog.tsx';
import { SecretDialog } from './SecretDialog.tsx';
import { keyOf, WebhookDialog } from './WebhookDialog.tsx';
import styles from './Webhooks.module.css';
import { STANDING_TONES, standingOf, type Webhook } from './webhook.ts';

const READ = 'GET /api/v1/integrations/webhooks/{id}';
/** How long what is sent is signed with the old secret too, hours; as text, which a select takes. */
const OVERLAPS = ['0', '24', '168'] as const;

/** What is sent where, whether it is, and with which secret. */
export function WebhookCard({ webhook }: { webhook: Webhook }) {
  const t = useTranslations('webhooks');
  const ago = useAgo();
  const [isChanging, setChanging] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const standing = standingOf(webhook);
  return (
    <Card
      title={t('settings')}
      actions={<Button onPress={() => setChanging(true)}>{t('edit')}</Button>}
      footer={
        <Button icon="trash" onPress={() => setRemoving(true)}>
          {t('remove')}
        </Button>
      }
    >
      <Stack gap={4}>
        {(standing === 'given-up' || standing === 'gone') && (
          <Banner tone="danger">{t(`why.${standing}`)}</Banner>
        )}
        <ul className={settings.rows}>
          <li>
            <span className={settings.row}>
              <span className={settings.name}>
                {t('state')}
                <Badge tone={STANDING_TONES[standing]}>{t(`standing.${standing}`)}</Badge>
              </span>
              <span className={settings.muted}>
                {webhook.url}
                {webhook.failing_since !== null &&
                  `. ${t('failingSince', { when: ago(webhook.failing_since) })}`}
              </span>
            </span>
            <Enabled webhook={webhook} />
          </li>
          <li>
            <span className={settings.row}>
              <span className={settings.name}>{t('told')}</span>
              <span className={styles.types}>
                {webhook.event_types.map((type) => (
                  <Badge key={type}>{t(`form.types.${keyOf(type as WebhookType)}`)}</Badge>
                ))}
              </span>
            </span>
          </li>
          <li>
            <Secret webhook={webhook} />
          </li>
        </ul>
      </Stack>
      {isChanging && <WebhookDialog webhook={webhook} onClose={() => setChanging(false)} />}
      {isRemoving && <RemoveDialog webhook={webhook} onClose={() => setRemoving(false)} />}
    </Card>
  );
}

function Enabled({ webhook }: { webhook: Webhook }) {
  const t = useTranslations('webhooks');
  const tell = useTelling();
  const input = { params: { path: { id: webhook.id } } };
  const change = useApiMutation('PATCH /api/v1/integrations/webhooks/{id}', {
    expects: ({ body }) => [
      expected(READ, input, (before) => ({
        ...before,
        disabled: body.enabled ? null : ('by_owner' as const),
      })),
    ],
    onTakenBack: (reason) => tell(t('notSwitched'), reason),
  });
  return (
    <Switch
      isSelected={webhook.disabled === null}
      onChange={(enabled) => change.mutate({ ...input, body: { enabled } })}
    >
      {t('enabled')}
    </Switch>
  );
}

/** A new one is taken at once; the old one may go on beside it for a while, so that nothing is refused meanwhile. */
function Secret({ webhook }: { webhook: Webhook }) {
  const t = useTranslations('webhooks.secret');
  const tell = useTelling();
  const { dateTime } = useFormats();
  const [overlap, setOverlap] = useState<string>(OVERLAPS[1]);
  const rotate = useApiMutation('POST /api/v1/integrations/webhooks/{id}/secret', {
    onError: (reason) => tell(t('notMade'), reason),
  });
  return (
    <>
      <span className={settings.row}>
        <span className={settings.name}>{t('name')}</span>
        <span className={settings.muted}>{t('text')}</span>
      </span>
      <Stack direction="row" gap={2} align="center">
        <Select
          label={t('overlapLabel')}
          isLabelHidden
          placeholder={t('overlapLabel')}
          value={overlap}
          options={OVERLAPS.map((hours) => ({ id: hours, label: t('overlapOf', { hours: Number(hours) }) }))}
          onChange={setOverlap}
        />
        <Button
          isPending={rotate.isPending}
          pendingLabel={t('making')}
          onPress={() =>
            rotate.mutate({
              params: { path: { id: webhook.id } },
              body: { overlap_hours: Number(overlap) },
            })
          }
        >
          {t('renew')}
        </Button>
      </Stack>
      {rotate.data !== undefined && (
        <SecretDialog
          secret={rotate.data.secret}
          until={dateTime(rotate.data.previous_until)}
          onClose={rotate.reset}
        />
      )}
    </>
  );
}
