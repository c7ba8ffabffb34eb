import { Button, Card, Skeleton, Stack, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiMutation, useApiQuery, useErrorWords } from '../../../api/index.ts';
import { Reading } from '../../../shell/Reading.tsx';
import settings from '../Settings.module.css';
import { isAddress, withSender } from './mail.ts';

/** Whoever has no address yet gets one by saying from where they forward. */
export function BeginCard() {
  const t = useTranslations('mail');
  const account = useApiQuery('GET /api/v1/auth/me', {});
  return (
    <Card title={t('begin.title')} description={t('begin.text')}>
      <Stack gap={4}>
        <ol className={settings.list}>
          <li>{t('begin.first')}</li>
          <li>{t('begin.second')}</li>
          <li>{t('begin.third')}</li>
        </ol>
        <Reading of={account} failed={t('failed')} skeleton={<Skeleton shape="block" height="8rem" />}>
          {({ email }) => <BeginForm email={email} />}
        </Reading>
      </Stack>
    </Card>
  );
}

/** Begins with the address of the account: not before that is known, or who is quick would send none, or lose what they have typed. */
function BeginForm({ email }: { email: string }) {
  const t = useTranslations('mail.begin');
  const words = useErrorWords();
  const [sender, setSender] = useState(email);
  const [isWrong, setWrong] = useState(false);
  const begin = useApiMutation('PUT /api/v1/integrations/mail/address');
  const submit = () => {
    setWrong(!isAddress(sender));
    if (isAddress(sender)) begin.mutate({ body: { senders: withSender([], sender) } });
  };
  const problem = isWrong ? t('wrong') : begin.error === null ? undefined : words(begin.error).reason;
  return (
    <form
      className={settings.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField
        label={t('sender')}
        description={t('senderHint')}
        name="sender"
        type="email"
        autoComplete="email"
        value={sender}
        onChange={setSender}
        error={problem}
      />
      <Button type="submit" variant="primary" isPending={begin.isPending} pendingLabel={t('pending')}>
        {t('submit')}
      </Button>
    </form>
  );
}
