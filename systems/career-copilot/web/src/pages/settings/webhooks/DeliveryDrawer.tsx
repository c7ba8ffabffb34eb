import { Button, Drawer, Skeleton, Stack, Status, showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type Answer, useApiMutation, useApiQuery } from '../../../api/index.ts';
import { useFormats } from '../../../i18n/index.ts';
import { Reading } from '../../../shell/Reading.tsx';
import settings from '../Settings.module.css';
import { useTelling } from '../use-telling.ts';
import styles from './Webhooks.module.css';
import { DELIVERY_TONES, readableBody, type Webhook } from './webhook.ts';

const READ = 'GET /api/v1/integrations/webhooks/{id}/deliveries/{delivery}';
type WithAttempts = Answer<typeof READ>;

/** What was sent, how each attempt went, and the same again. */
export function DeliveryDrawer({
  webhook,
  delivery,
  onClose,
}: {
  webhook: Webhook;
  delivery: number;
  onClose: () => void;
}) {
  const t = useTranslations('webhooks.delivery');
  const tell = useTelling();
  const params = { path: { id: webhook.id, delivery } };
  const read = useApiQuery(READ, { params });
  const replay = useApiMutation('POST /api/v1/integrations/webhooks/{id}/deliveries/{delivery}/replay', {
    onSuccess: () => void showToast({ title: t('sentAgain'), tone: 'good' }),
    onError: (reason) => tell(t('notSentAgain'), reason),
  });
  return (
    <Drawer
      title={read.data?.type ?? t('title')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      actions={
        <Button
          icon="refresh"
          isDisabled={webhook.disabled !== null || read.data === undefined}
          isPending={replay.isPending}
          pendingLabel={t('pending')}
          onPress={() => replay.mutate({ params })}
        >
          {t('again')}
        </Button>
      }
    >
      <Reading of={read} failed={t('failed')} skeleton={<Skeleton shape="block" height="16rem" />}>
        {(shown) => <Shown delivery={shown} />}
      </Reading>
    </Drawer>
  );
}

function Shown({ delivery }: { delivery: WithAttempts }) {
  const t = useTranslations('webhooks');
  const { dateTime } = useFormats();
  return (
    <Stack gap={5}>
      <Stack gap={1}>
        <Status tone={DELIVERY_TONES[delivery.state]}>{t(`deliveries.states.${delivery.state}`)}</Status>
        <span className={settings.muted}>{dateTime(delivery.created_at)}</span>
        <code className={settings.secret}>{delivery.message_id}</code>
      </Stack>
      <section className={styles.part}>
        <h3>{t('delivery.attempts')}</h3>
        {delivery.recent_attempts.length === 0 ? (
          <p className={settings.muted}>{t('delivery.noAttempts')}</p>
        ) : (
          <ol className={styles.attempts}>
            {delivery.recent_attempts.map((attempt) => (
              <Attempt key={attempt.at} attempt={attempt} />
            ))}
          </ol>
        )}
      </section>
      <section className={styles.part}>
        <h3>{t('delivery.body')}</h3>
        <pre className={styles.body}>{readableBody(delivery.body)}</pre>
      </section>
    </Stack>
  );
}

function Attempt({ attempt }: { attempt: WithAttempts['recent_attempts'][number] }) {
  const t = useTranslations('webhooks.delivery');
  const { dateTime } = useFormats();
  const { status, error, duration_ms: ms } = attempt;
  const isGood = status !== null && status < 300;
  return (
    <li>
      <Status tone={isGood ? 'good' : 'danger'}>
        {status === null ? t('noAnswer', { why: error ?? '' }) : t('answered', { status: String(status) })}
      </Status>
      <span className={settings.muted}>
        {dateTime(attempt.at)} · {t('took', { ms })}
      </span>
    </li>
  );
}
