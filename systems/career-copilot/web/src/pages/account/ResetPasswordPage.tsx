import { Banner, Button, Card, EmptyState, LinkButton } from '@banyan/ui';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { Type } from 'typebox';
import { useTranslations } from 'use-intl';
import { NewPassword } from '../../../../api/auth.ts';
import { useApiMutation, useErrorWords } from '../../api/index.ts';
import { FormField, PasswordField, putProblems, useApiForm } from '../../forms/index.ts';
import { focusContent } from '../../shell/focus.ts';
import { Page } from '../../shell/Page.tsx';
import styles from './Account.module.css';
import { tokenIn } from './links.ts';

const Chosen = Type.Object({ new_password: NewPassword });

/** Where the link of an e-mail leads that somebody has asked for who has forgotten their password. */
export function ResetPasswordPage() {
  const t = useTranslations('account.reset');
  const navigate = useNavigate();
  const token = tokenIn(useLocation({ select: ({ hash }) => hash }));
  const reset = useApiMutation('POST /api/v1/auth/password-reset/confirm', {
    // What is used up need not stay in the address.
    onSuccess: () => {
      void navigate({ to: '.', hash: '', replace: true });
      // What had the focus is gone.
      focusContent();
    },
  });
  const isBad = reset.error?.code === 'BAD_LINK' || (token === null && !reset.isSuccess);
  const lead = reset.isSuccess || isBad ? undefined : t('lead');
  return (
    <Page title={t('title')} lead={lead} width="narrow">
      {reset.isSuccess ? (
        <EmptyState
          icon="good"
          title={t('done')}
          action={
            <LinkButton variant="primary" href="/login">
              {t('logIn')}
            </LinkButton>
          }
        >
          {t('doneText')}
        </EmptyState>
      ) : isBad ? (
        <EmptyState
          icon="link"
          title={t('badLink')}
          action={
            <LinkButton variant="primary" href="/forgot-password">
              {t('askAgain')}
            </LinkButton>
          }
        >
          {t('badLinkText')}
        </EmptyState>
      ) : (
        <ChooseForm token={token!} reset={reset} />
      )}
    </Page>
  );
}

function ChooseForm({
  token,
  reset,
}: {
  token: string;
  reset: ReturnType<typeof useApiMutation<'POST /api/v1/auth/password-reset/confirm'>>;
}) {
  const t = useTranslations('account.reset');
  const words = useErrorWords();
  const form = useApiForm(Chosen, { new_password: '' });
  const submit = form.handleSubmit(async ({ new_password }) => {
    await reset.mutateAsync({ body: { token, new_password } }).catch((reason) => putProblems(form, reason));
  });
  return (
    <Card>
      <form className={styles.form} onSubmit={submit} noValidate>
        {reset.error !== null && (
          <Banner tone="danger" title={t('failed')}>
            {words(reset.error).reason}
          </Banner>
        )}
        <FormField form={form} name="new_password">
          {(field) => (
            <PasswordField
              label={t('password')}
              description={t('passwordHint')}
              autoComplete="new-password"
              {...field}
            />
          )}
        </FormField>
        <Button
          type="submit"
          variant="primary"
          isWide
          isPending={reset.isPending}
          pendingLabel={t('pending')}
        >
          {t('submit')}
        </Button>
      </form>
    </Card>
  );
}
