import { Button, Card, Stack, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiMutation, useApiQuery, useErrorWords } from '../../../api/index.ts';
import settings from '../Settings.module.css';
import { isAddress, withSender } from './mail.ts';

/** Whoever has no address yet gets one by saying from where they forward. */
export function BeginCard() {
  const t = useTranslations('mail.begin');
  const words = useErrorWords();
  const { data: account } = useApiQuery('GET /api/v1/auth/me', {});
  const [typed, setTyped] = useState<string | null>(null);
  const [isWrong, setWrong] = useState(false);
  const begin = useApiMutation('PUT /api/v1/integrations/mail/address');
  const sender = typed ?? account?.email ?? '';
  const submit = () => {
    setWrong(!isAddress(sender));
    if (isAddress(sender)) begin.mutate({ body: { senders: withSender([], sender) } });
  };
  const problem = isWrong ? t('wrong') : begin.error === null ? undefined : words(begin.error).reason;
  return (
    <Card title={t('title')} description={t('text')}>
      <Stack gap={4}>
        <ol className={settings.list}>
          <li>{t('first')}</li>
          <li>{t('second')}</li>
          <li>{t('third')}</li>
        </ol>
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
            onChange={setTyped}
            error={problem}
          />
          <Button type="submit" variant="primary" isPending={begin.isPending} pendingLabel={t('pending')}>
            {t('submit')}
          </Button>
        </form>
      </Stack>
    </Card>
  );
}
