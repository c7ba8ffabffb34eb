import { Button, Card, ConfirmDialog, EmptyState, Skeleton, Stack, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiMutation, useApiQuery } from '../../../api/index.ts';
import { Reading } from '../../../shell/Reading.tsx';
import settings from '../Settings.module.css';
import { useTelling } from '../use-telling.ts';
import { AccountRow } from './AccountRow.tsx';
import { type Account, calendarsOf, providerName } from './accounts.ts';
import { CalDavDialog } from './CalDavDialog.tsx';
import { CalendarsDialog } from './CalendarsDialog.tsx';
import { useAccounts } from './use-accounts.ts';
import { useConnecting } from './use-connecting.ts';

/** Accounts that somebody has connected, with their calendars, and how others are. */
export function AccountsCard() {
  const t = useTranslations('connections');
  const { accounts, calendars } = useAccounts();
  const [chosenIn, setChosenIn] = useState<Account | null>(null);
  const [removed, setRemoved] = useState<Account | null>(null);
  const linked = calendars.data?.calendars ?? [];
  return (
    <Card title={t('accounts')} description={t('accountsText')} footer={<Connecting onMade={setChosenIn} />}>
      <Reading of={accounts} failed={t('failed')} skeleton={<Skeleton shape="block" height="12rem" />}>
        {({ connections }) =>
          connections.length === 0 ? (
            <EmptyState icon="plug" title={t('none')} level={3}>
              {t('noneText')}
            </EmptyState>
          ) : (
            <ul className={settings.rows}>
              {connections.map((account) => (
                <AccountRow
                  key={account.id}
                  account={account}
                  linked={calendarsOf(linked, account.id)}
                  onCalendars={() => setChosenIn(account)}
                  onRemove={() => setRemoved(account)}
                />
              ))}
            </ul>
          )
        }
      </Reading>
      {chosenIn !== null && (
        <CalendarsDialog
          account={chosenIn}
          linked={calendarsOf(linked, chosenIn.id)}
          onClose={() => setChosenIn(null)}
        />
      )}
      {removed !== null && <Removal account={removed} onClose={() => setRemoved(null)} />}
    </Card>
  );
}

/** Buttons for what can be connected. */
function Connecting({ onMade }: { onMade: (account: Account) => void }) {
  const t = useTranslations('connections');
  const { data } = useApiQuery('GET /api/v1/integrations/providers', {});
  const { connect, pendingFor } = useConnecting();
  const [isCalDav, setCalDav] = useState(false);
  return (
    <Stack direction="row" gap={2}>
      {(data?.providers ?? []).map(({ name }) => (
        <Button
          key={name}
          isPending={pendingFor === name}
          pendingLabel={t('pending')}
          onPress={() => connect(name)}
        >
          {t('connect', { name: providerName(name) })}
        </Button>
      ))}
      <Button onPress={() => setCalDav(true)}>{t('connectCalDav')}</Button>
      {isCalDav && (
        <CalDavDialog
          onClose={() => setCalDav(false)}
          onMade={(account) => {
            setCalDav(false);
            onMade(account);
          }}
        />
      )}
    </Stack>
  );
}

function Removal({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useTranslations('connections.removal');
  const tell = useTelling();
  const remove = useApiMutation('DELETE /api/v1/integrations/connections/{id}', {
    onSuccess: () => void showToast({ title: t('done'), tone: 'good' }),
    onError: (reason) => tell(t('failed'), reason),
    onSettled: onClose,
  });
  return (
    <ConfirmDialog
      title={t('ask', { name: providerName(account.provider) })}
      confirmLabel={t('confirm')}
      cancelLabel={t('cancel')}
      isOpen
      onOpenChange={onClose}
      onConfirm={() => remove.mutate({ params: { path: { id: account.id } } })}
      isDangerous
      isPending={remove.isPending}
      pendingLabel={t('pending')}
    >
      {t('text')}
    </ConfirmDialog>
  );
}
