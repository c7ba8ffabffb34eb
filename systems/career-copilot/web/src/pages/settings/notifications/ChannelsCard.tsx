import { Badge, Button, Card, LinkButton } from '@banyan/ui';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Channel } from '../../../../../api/notifications.ts';
import { useApiMutation, useApiQuery, useFeature } from '../../../api/index.ts';
import { Trial } from '../../../messages-sent/Trial.tsx';
import settings from '../Settings.module.css';
import { useTelling } from '../use-telling.ts';
import { PhoneDialog } from './PhoneDialog.tsx';
import { usePush } from './use-push.ts';

/** Where somebody is reached: their address, this browser, a telephone. */
export function ChannelsCard({ there }: { there: readonly Channel[] }) {
  const t = useTranslations('notificationSettings.ways');
  const ways = there.filter((channel) => channel !== 'in_app');
  if (ways.length === 0) return null;
  return (
    <Card title={t('title')} description={t('text')}>
      <ul className={settings.rows}>
        {ways.includes('email') && <EmailRow />}
        {ways.includes('push') && <PushRow />}
        {ways.includes('sms') && <PhoneRow />}
      </ul>
    </Card>
  );
}

function EmailRow() {
  const t = useTranslations('notificationSettings.ways');
  const hasAuth = useFeature('GET /api/v1/auth/email-verification') === 'there';
  const { data: account } = useApiQuery('GET /api/v1/auth/me', {});
  const { data: address } = useApiQuery('GET /api/v1/auth/email-verification', {}, { enabled: hasAuth });
  const isUnconfirmed = address?.email_verified === false;
  return (
    <WayRow
      name={t('email')}
      badge={isUnconfirmed && <Badge tone="warning">{t('unconfirmed')}</Badge>}
      text={isUnconfirmed ? t('emailUnconfirmed', { email: address.email }) : (account?.email ?? ' ')}
      action={isUnconfirmed && <LinkButton href="/settings/security">{t('confirm')}</LinkButton>}
      trial={!isUnconfirmed && <ChannelTrial channel="email" way={t('email')} />}
    />
  );
}

function PushRow() {
  const t = useTranslations('notificationSettings.ways');
  const { state, isPending, turnOn, turnOff } = usePush();
  return (
    <WayRow
      name={t('push')}
      badge={state === 'on' && <Badge tone="good">{t('on')}</Badge>}
      text={t(`pushState.${state}`)}
      action={
        state === 'on' ? (
          <Button isPending={isPending} pendingLabel={t('pending')} onPress={turnOff}>
            {t('turnOff')}
          </Button>
        ) : (
          state === 'off' && (
            <Button isPending={isPending} pendingLabel={t('pending')} onPress={turnOn}>
              {t('turnOn')}
            </Button>
          )
        )
      }
      trial={state === 'on' && <ChannelTrial channel="push" way={t('push')} />}
    />
  );
}

function PhoneRow() {
  const t = useTranslations('notificationSettings.ways');
  const tell = useTelling();
  const { data: phone, error } = useApiQuery('GET /api/v1/notifications/phone', {});
  const [isOpen, setOpen] = useState(false);
  const remove = useApiMutation('DELETE /api/v1/notifications/phone', {
    onError: (reason) => tell(t('phoneNotRemoved'), reason),
  });
  const number = phone?.number ?? null;
  const none = phone ? t('phoneNone') : error ? t('phoneFailed') : ' ';
  return (
    <>
      <WayRow
        name={t('sms')}
        badge={number !== null && !phone?.confirmed && <Badge tone="warning">{t('unconfirmed')}</Badge>}
        text={number ?? none}
        action={
          number !== null && phone?.confirmed ? (
            <Button
              isPending={remove.isPending}
              pendingLabel={t('pending')}
              aria-label={t('removeOf', { number })}
              onPress={() => remove.mutate({})}
            >
              {t('remove')}
            </Button>
          ) : (
            <Button isDisabled={!phone} onPress={() => setOpen(true)}>
              {t(number === null ? 'add' : 'confirm')}
            </Button>
          )
        }
        trial={number !== null && phone?.confirmed && <ChannelTrial channel="sms" way={t('sms')} />}
      />
      {isOpen && <PhoneDialog number={number} onClose={() => setOpen(false)} />}
    </>
  );
}

function ChannelTrial({ channel, way }: { channel: 'email' | 'sms' | 'push'; way: string }) {
  const send = useApiMutation('POST /api/v1/notifications/channels/{channel}/test', { changes: [] });
  return <Trial way={way} send={() => send.mutateAsync({ params: { path: { channel } } })} />;
}

function WayRow(row: { name: string; badge: ReactNode; text: string; action: ReactNode; trial: ReactNode }) {
  return (
    <li>
      <div className={settings.row}>
        <span className={settings.name}>
          {row.name}
          {row.badge}
        </span>
        <span className={settings.muted}>{row.text}</span>
        {row.trial}
      </div>
      {row.action}
    </li>
  );
}
