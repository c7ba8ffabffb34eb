import { Button, Dialog, Stack, showToast, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiMutation, useErrorWords } from '../../../api/index.ts';
import { phoneNumberIn } from './phone-number.ts';

/** A number counts once the code that was sent there has come back. */
export function PhoneDialog({ number, onClose }: { number: string | null; onClose: () => void }) {
  const t = useTranslations('notificationSettings.phone');
  const [sentTo, setSentTo] = useState(number);
  const [last, setLast] = useState(number ?? '');
  return (
    <Dialog
      title={t('title')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      size="small"
      isDismissable={false}
    >
      {sentTo === null ? (
        <NumberForm
          number={last}
          onSent={(sent) => {
            setLast(sent);
            setSentTo(sent);
          }}
        />
      ) : (
        <CodeForm number={sentTo} onOther={() => setSentTo(null)} onDone={onClose} />
      )}
    </Dialog>
  );
}

function NumberForm({ number, onSent }: { number: string; onSent: (number: string) => void }) {
  const t = useTranslations('notificationSettings.phone');
  const words = useErrorWords();
  const [typed, setTyped] = useState(number);
  const [isWrong, setWrong] = useState(false);
  const send = useApiMutation('PUT /api/v1/notifications/phone', {
    onSuccess: (phone) => phone.number !== null && onSent(phone.number),
  });
  const submit = () => {
    const understood = phoneNumberIn(typed);
    setWrong(understood === null);
    if (understood !== null) send.mutate({ body: { number: understood } });
  };
  const problem = isWrong ? t('wrongNumber') : send.error === null ? undefined : words(send.error).reason;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap={4} align="start">
        <TextField
          label={t('number')}
          description={t('numberHint')}
          name="phone"
          type="tel"
          autoComplete="tel"
          isRequired
          autoFocus
          value={typed}
          onChange={setTyped}
          error={problem}
        />
        <Button type="submit" variant="primary" isPending={send.isPending} pendingLabel={t('sending')}>
          {t('send')}
        </Button>
      </Stack>
    </form>
  );
}

function CodeForm({ number, onOther, onDone }: { number: string; onOther: () => void; onDone: () => void }) {
  const t = useTranslations('notificationSettings.phone');
  const words = useErrorWords();
  const [code, setCode] = useState('');
  const confirm = useApiMutation('POST /api/v1/notifications/phone/confirm', {
    onSuccess: () => {
      showToast({ title: t('confirmed'), tone: 'good' });
      onDone();
    },
  });
  const given = code.replaceAll(/\s/g, '');
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (given !== '') confirm.mutate({ body: { code: given } });
      }}
    >
      <Stack gap={4} align="start">
        <p>{t('sentTo', { number })}</p>
        <TextField
          label={t('code')}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={10}
          isRequired
          autoFocus
          value={code}
          onChange={setCode}
          error={confirm.error === null ? undefined : words(confirm.error).reason}
        />
        <Stack direction="row" gap={2}>
          <Button
            type="submit"
            variant="primary"
            isPending={confirm.isPending}
            pendingLabel={t('confirming')}
          >
            {t('confirm')}
          </Button>
          <Button variant="quiet" onPress={onOther}>
            {t('other')}
          </Button>
        </Stack>
      </Stack>
    </form>
  );
}
