import { Banner, Button, Card, Link, TextField } from '@banyan/ui';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { RegisterRequest } from '../../../../api/auth.ts';
import { useErrorWords } from '../../api/index.ts';
import { FormField, PasswordField, putProblems, useApiForm } from '../../forms/index.ts';
import { session } from '../../session/index.ts';
import { Page } from '../../shell/Page.tsx';
import styles from './Account.module.css';
import { withNext } from './links.ts';
import { useOpening } from './use-opening.ts';

/** Whoever has an account then is logged in, and the route takes them to where they wanted to go. */
export function RegisterPage() {
  const t = useTranslations('account.register');
  const { next } = useSearch({ strict: false });
  return (
    <Page title={t('title')} lead={t('lead')} width="narrow">
      <RegisterForm />
      <p>
        {t('known')} <Link href={withNext('/login', next)}>{t('logIn')}</Link>
      </p>
    </Page>
  );
}

function RegisterForm() {
  const t = useTranslations('account.register');
  const words = useErrorWords();
  const form = useApiForm(RegisterRequest, { full_name: '', email: '', password: '' });
  const [failure, setFailure] = useState<string | null>(null);
  const { isPending, run } = useOpening(session.register, false);
  const submit = form.handleSubmit(async (account) => {
    setFailure(null);
    const refused = await run(account);
    if (refused && !putProblems(form, refused, { EMAIL_TAKEN: 'email', PASSWORD_TOO_LONG: 'password' }))
      setFailure(words(refused).reason);
  });
  return (
    <Card>
      <form className={styles.form} onSubmit={submit} noValidate>
        {failure !== null && (
          <Banner tone="danger" title={t('failed')}>
            {failure}
          </Banner>
        )}
        <FormField form={form} name="full_name">
          {(field) => <TextField label={t('name')} autoComplete="name" {...field} />}
        </FormField>
        <FormField form={form} name="email">
          {(field) => <TextField label={t('email')} type="email" autoComplete="username" {...field} />}
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
        <Button type="submit" variant="primary" isWide isPending={isPending} pendingLabel={t('pending')}>
          {t('submit')}
        </Button>
      </form>
    </Card>
  );
}
