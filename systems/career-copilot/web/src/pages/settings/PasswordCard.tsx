import { Banner, Button, Card, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { PasswordRequest } from '../../../../api/auth.ts';
import { type ApiError, useApiMutation, useApiQuery, useErrorWords } from '../../api/index.ts';
import { FormField, PasswordField, putProblems, useApiForm } from '../../forms/index.ts';
import styles from './Settings.module.css';

export function PasswordCard() {
  const t = useTranslations('settings.security.password');
  const { form, change, submit, failure } = useChange();
  const { data: account } = useApiQuery('GET /api/v1/auth/me', {});
  return (
    <Card title={t('title')}>
      <form className={styles.form} onSubmit={submit} noValidate>
        {failure !== null && (
          <Banner tone="danger" title={t('failed')}>
            {failure}
          </Banner>
        )}
        {/* Tells password managers whose password it is. */}
        <input type="text" hidden readOnly autoComplete="username" value={account?.email ?? ''} />
        <FormField form={form} name="current_password">
          {(field) => <PasswordField label={t('current')} autoComplete="current-password" {...field} />}
        </FormField>
        <FormField form={form} name="new_password">
          {(field) => (
            <PasswordField label={t('new')} description={t('hint')} autoComplete="new-password" {...field} />
          )}
        </FormField>
        <Button type="submit" variant="primary" isPending={change.isPending} pendingLabel={t('pending')}>
          {t('submit')}
        </Button>
      </form>
    </Card>
  );
}

function useChange() {
  const t = useTranslations('settings.security.password');
  const words = useErrorWords();
  const form = useApiForm(PasswordRequest, { current_password: '', new_password: '' });
  const change = useApiMutation('PUT /api/v1/users/me/password');
  const [failure, setFailure] = useState<string | null>(null);
  const submit = form.handleSubmit(async (body) => {
    setFailure(null);
    try {
      await change.mutateAsync({ body });
      form.reset();
      showToast({ title: t('done'), tone: 'good' });
    } catch (reason) {
      const isPlaced = putProblems(form, reason as ApiError, {
        WRONG_PASSWORD: 'current_password',
        PASSWORD_TOO_LONG: 'new_password',
      });
      if (!isPlaced) setFailure(words(reason).reason);
    }
  });
  return { form, change, submit, failure };
}
