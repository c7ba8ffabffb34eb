import { Badge, Button, Stack } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useAgo } from '../../../i18n/index.ts';
import settings from '../Settings.module.css';
import { type Account, CALDAV, hasCalendars, type LinkedCalendar, providerName } from './accounts.ts';
import { useConnecting } from './use-connecting.ts';

/** One account: whether it takes us, and how it stands with its calendars. */
export function AccountRow({
  account,
  linked,
  onCalendars,
  onRemove,
}: {
  account: Account;
  linked: readonly LinkedCalendar[];
  onCalendars: () => void;
  onRemove: () => void;
}) {
  const t = useTranslations('connections');
  const { connect, pendingFor } = useConnecting();
  const { provider, state } = account;
  const name = provider === CALDAV ? t('calDav') : providerName(provider);
  const isLost = state === 'lost';
  return (
    <li>
      <span className={settings.row}>
        <span className={settings.name}>
          {name}
          <Badge tone={isLost ? 'danger' : 'good'}>{t(isLost ? 'lost' : 'connected')}</Badge>
        </span>
        {account.account !== '' && <span className={settings.muted}>{account.account}</span>}
        {isLost && (
          <span className={settings.muted}>{t(provider === CALDAV ? 'lostCalDav' : 'lostText')}</span>
        )}
        {!isLost && hasCalendars(account) && <Calendars linked={linked} />}
      </span>
      <Stack direction="row" gap={2}>
        {isLost && provider !== CALDAV && (
          <Button
            size="small"
            variant="primary"
            isPending={pendingFor !== null}
            pendingLabel={t('pending')}
            onPress={() => connect(provider)}
          >
            {t('again')}
          </Button>
        )}
        {!isLost && hasCalendars(account) && (
          <Button size="small" aria-label={t('calendarsOf', { name })} onPress={onCalendars}>
            {t('calendarsButton')}
          </Button>
        )}
        <Button size="small" aria-label={t('removeOf', { name })} onPress={onRemove}>
          {t('remove')}
        </Button>
      </Stack>
    </li>
  );
}

function Calendars({ linked }: { linked: readonly LinkedCalendar[] }) {
  const t = useTranslations('connections');
  const ago = useAgo();
  const failing = linked.find(({ error }) => error !== null);
  const last = linked.flatMap(({ synced_at }) => synced_at ?? []).sort()[0];
  if (linked.length === 0) return <span className={settings.muted}>{t('noCalendars')}</span>;
  return (
    <>
      <span className={settings.muted}>
        {t('calendarCount', { count: linked.length })}{' '}
        {last === undefined ? t('neverLooked') : t('looked', { when: ago(last) })}
      </span>
      {failing && (
        <span>
          <Badge tone="warning" icon="warning">
            {t('lookFailed')}
          </Badge>
        </span>
      )}
    </>
  );
}
