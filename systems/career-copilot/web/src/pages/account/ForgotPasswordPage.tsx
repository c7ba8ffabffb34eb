import { Banner, Button, Card, EmptyState, Link, LinkButton, TextField } from '@banyan/ui';
import { Type } from 'typebox';
import { useTranslations } from 'use-intl';
import { Email } from '../../../../api/auth.ts';
import { useApiMutation, useErrorWords, useFeature } from '../../api/index.ts';
import { FormField, putProblems, useApiForm } from '../../forms/index.ts';
import { Page } from '../../shell/Page.tsx';
import styles from './Account.module.css';

const AskForLink = Type.Object({ email: Email });

export function ForgotPasswordPage() {
  const t = useTranslations('account.forgot');
  const feature = useFeature('POST /api/v1/auth/password-reset');
  return (
    <Page title={t('title')} lead={feature === 'missing' ? undefined : t('lead')} width="narrow">
      {feature === 'missing' ? (
        <NotYet />
      ) : (
        <>
          <AskForm />
          <p>
            <Link href="/login">{t('logIn')}</Link>
          </p>
        </>
      )}
    </Page>
  );
}

/** Nobody sends links yet. */
function NotYet() {
  const t = useTranslations('account.forgot');
  return (
    <EmptyState icon="mail" title={t('notYet')} action={<LinkButton href="/login">{t('logIn')}</LinkButton>}>
      {t('notYetText')}
    </EmptyState>
  );
}

function AskForm() {
  const t = useTranslations('account.forgot');
  const words = useErrorWords();
  const form = useApiForm(AskForLink, { email: '' });
  const ask = useApiMutation('POST /api/v1/auth/password-reset');
  const submit = form.handleSubmit(async (body) => {
    await ask.mutateAsync({ body }).catch((reason) => putProblems(form, reason));
  });
  return (
    <Card>
      <form className={styles.form} onSubmit={submit} noValidate>
        {ask.isSuccess && (
          <Banner tone="good" title={t('sent')}>
            {t('sentText')}
          </Banner>
        )}
        {ask.error !== null && (
          <Banner tone="danger" title={t('failed')}>
            {words(ask.error).reason}
          </Banner>
        )}
        <FormField form={form} name="email">
          {(field) => <TextField label={t('email')} type="email" autoComplete="username" {...field} />}
        </FormField>
        <Button type="submit" variant="primary" isWide isPending={ask.isPending} pendingLabel={t('pending')}>
          {t(ask.isSuccess ? 'again' : 'submit')}
        </Button>
      </form>
    </Card>
  );
}
