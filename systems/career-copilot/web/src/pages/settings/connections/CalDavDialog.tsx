import { RadioGroup, Stack, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { NewCalDav } from '../../../../../api/calendar.ts';
import { ApiError, useApiMutation, useErrorWords } from '../../../api/index.ts';
import {
  FormDialog,
  FormField,
  PasswordField,
  putProblems,
  useApiForm,
  useDraft,
} from '../../../forms/index.ts';
import { type Account, SERVERS, serverOf } from './accounts.ts';

type Form = ReturnType<typeof useCalDav>['form'];

/** Connects an account at a calendar server by its name and a password, which is kept by nothing in this browser. */
export function CalDavDialog({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (account: Account) => void;
}) {
  const t = useTranslations('connections.calDavForm');
  const { form, draft, save, failure, isPending } = useCalDav(onMade);
  return (
    <FormDialog
      title={t('title')}
      form={form}
      draft={draft}
      onSubmit={save}
      submitLabel={t('submit')}
      pendingLabel={t('pending')}
      isPending={isPending}
      closeLabel={t('close')}
      onClose={onClose}
      failure={failure === null ? null : { title: t('failed'), text: failure }}
    >
      <Server form={form} />
      <FormField form={form} name="username">
        {(field) => <TextField label={t('username')} autoComplete="off" spellCheck={false} {...field} />}
      </FormField>
      <FormField form={form} name="password">
        {(field) => (
          <PasswordField
            label={t('password')}
            description={t('passwordHint')}
            autoComplete="new-password"
            {...field}
          />
        )}
      </FormField>
    </FormDialog>
  );
}

/** One that is known, or the address of another. */
function Server({ form }: { form: Form }) {
  const t = useTranslations('connections.calDavForm');
  const url = useWatch({ control: form.control, name: 'url' });
  const server = serverOf(url);
  return (
    <Stack gap={4}>
      <RadioGroup
        label={t('server')}
        value={server}
        options={SERVERS.map(({ id }) => ({ id, label: t(`servers.${id}`) }))}
        onChange={(id) => form.setValue('url', SERVERS.find((one) => one.id === id)!.url)}
      />
      {server === 'other' && (
        <FormField form={form} name="url">
          {(field) => (
            <TextField
              label={t('url')}
              description={t('urlHint')}
              type="url"
              autoComplete="off"
              spellCheck={false}
              {...field}
            />
          )}
        </FormField>
      )}
    </Stack>
  );
}

function useCalDav(onMade: (account: Account) => void) {
  const words = useErrorWords();
  const [failure, setFailure] = useState<string | null>(null);
  const connect = useApiMutation('POST /api/v1/integrations/connections/caldav');
  const form = useApiForm(NewCalDav, { url: '', username: '', password: '' });
  const draft = useDraft(form, 'caldav', NewCalDav);
  const save = form.handleSubmit(async (body) => {
    setFailure(null);
    try {
      const account = await connect.mutateAsync({ body });
      draft.done();
      onMade(account);
    } catch (reason) {
      if (reason instanceof ApiError && putProblems(form, reason)) return;
      setFailure(words(reason).reason);
    }
  });
  return { form, draft, save, failure, isPending: connect.isPending };
}
