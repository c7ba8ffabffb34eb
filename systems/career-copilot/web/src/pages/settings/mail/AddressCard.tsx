import { Button, Card, ConfirmDialog, Stack, Switch, showToast, Tags, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { expected, useApiMutation, useErrorWords } from '../../../api/index.ts';
import { CopyButton } from '../CopyButton.tsx';
import settings from '../Settings.module.css';
import { useTelling } from '../use-telling.ts';
import { ADDRESS, type Address, isAddress, MOST_SENDERS, withSender } from './mail.ts';

/** The address, from where it takes mail, and what mails may do. */
export function AddressCard({ address }: { address: Address }) {
  const t = useTranslations('mail.address');
  const change = useChange();
  const [asked, setAsked] = useState<'rotate' | 'remove' | null>(null);
  const choose = (chosen: Partial<Pick<Address, 'senders' | 'moves'>>) =>
    change.mutate({ body: { senders: address.senders, ...chosen } });
  return (
    <Card
      title={t('title')}
      description={t('text')}
      footer={
        <Stack direction="row" gap={2}>
          <Button onPress={() => setAsked('rotate')}>{t('rotate')}</Button>
          <Button variant="quiet" icon="trash" onPress={() => setAsked('remove')}>
            {t('remove')}
          </Button>
        </Stack>
      }
    >
      <Stack gap={5}>
        <Stack direction="row" gap={3} align="center">
          <code className={settings.secret}>{address.address}</code>
          <CopyButton text={address.address} label={t('copy')} />
        </Stack>
        <Stack gap={3}>
          <Tags
            label={t('senders')}
            tags={address.senders.map((sender) => ({ id: sender, label: sender }))}
            onRemove={
              address.senders.length > 1
                ? (removed) => choose({ senders: address.senders.filter((one) => !removed.includes(one)) })
                : undefined
            }
          />
          {address.senders.length < MOST_SENDERS && (
            <NewSender onAdd={(typed) => choose({ senders: withSender(address.senders, typed) })} />
          )}
        </Stack>
        <Switch
          isSelected={address.moves}
          description={t('movesText')}
          onChange={(moves) => choose({ moves })}
        >
          {t('moves')}
        </Switch>
      </Stack>
      {asked !== null && <Asked what={asked} onClose={() => setAsked(null)} />}
    </Card>
  );
}

function NewSender({ onAdd }: { onAdd: (typed: string) => void }) {
  const t = useTranslations('mail.address');
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  return (
    <form
      className={settings.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setWrong(!isAddress(typed));
        if (!isAddress(typed)) return;
        onAdd(typed);
        setTyped('');
      }}
    >
      <TextField
        label={t('newSender')}
        name="sender"
        type="email"
        autoComplete="email"
        value={typed}
        onChange={setTyped}
        error={isWrong ? t('wrong') : undefined}
      />
      <Button type="submit" icon="add">
        {t('add')}
      </Button>
    </form>
  );
}

/** The old address is good for nothing afterwards: rules that forward to it have to be changed. */
function Asked({ what, onClose }: { what: 'rotate' | 'remove'; onClose: () => void }) {
  const t = useTranslations(`mail.${what}`);
  const words = useErrorWords();
  const done = {
    onSuccess: () => {
      showToast({ title: t('done'), tone: 'good' });
      onClose();
    },
  };
  const rotate = useApiMutation('POST /api/v1/integrations/mail/address/rotate', done);
  const remove = useApiMutation('DELETE /api/v1/integrations/mail/address', done);
  const { isPending, error } = what === 'rotate' ? rotate : remove;
  return (
    <ConfirmDialog
      title={t('ask')}
      confirmLabel={t('confirm')}
      cancelLabel={t('cancel')}
      isOpen
      onOpenChange={onClose}
      onConfirm={() => (what === 'rotate' ? rotate.mutate({}) : remove.mutate({}))}
      isDangerous
      isPending={isPending}
      pendingLabel={t('pending')}
      error={error !== null && words(error).reason}
    >
      {t('text')}
    </ConfirmDialog>
  );
}

function useChange() {
  const t = useTranslations('mail.address');
  const tell = useTelling();
  return useApiMutation('PUT /api/v1/integrations/mail/address', {
    expects: ({ body }) => [expected(ADDRESS, {}, (before) => ({ ...before, ...body }))],
    onTakenBack: (reason) => tell(t('notSaved'), reason),
  });
}
