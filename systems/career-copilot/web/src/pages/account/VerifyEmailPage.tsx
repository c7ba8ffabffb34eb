import { Banner, Button, EmptyState, LinkButton } from '@banyan/ui';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useApiMutation, useErrorWords } from '../../api/index.ts';
import { focusContent } from '../../shell/focus.ts';
import { Page } from '../../shell/Page.tsx';
import { tokenIn } from './links.ts';

/**
 * Where the link of an e-mail leads that shows whose an address is. It is good once, and programs that look at mails open links too: so somebody
 * has to press.
 */
export function VerifyEmailPage() {
  const t = useTranslations('account.verify');
  const words = useErrorWords();
  const navigate = useNavigate();
  const token = tokenIn(useLocation({ select: ({ hash }) => hash }));
  const confirm = useApiMutation('POST /api/v1/auth/email-verification/confirm', {
    onSuccess: () => {
      void navigate({ to: '.', hash: '', replace: true });
      // What had the focus is gone.
      focusContent();
    },
  });
  const isBad = confirm.error?.code === 'BAD_LINK' || (token === null && !confirm.isSuccess);
  return (
    <Page title={t('title')} width="narrow">
      {confirm.isSuccess ? (
        <EmptyState
          icon="good"
          title={t('done')}
          action={
            <LinkButton variant="primary" href="/">
              {t('goOn')}
            </LinkButton>
          }
        >
          {t('doneText')}
        </EmptyState>
      ) : isBad ? (
        <EmptyState
          icon="link"
          title={t('badLink')}
          action={<LinkButton href="/settings/security">{t('askAgain')}</LinkButton>}
        >
          {t('badLinkText')}
        </EmptyState>
      ) : (
        <>
          {confirm.error !== null && (
            <Banner tone="danger" title={t('failed')}>
              {words(confirm.error).reason}
            </Banner>
          )}
          <EmptyState
            icon="mail"
            title={t('ask')}
            action={
              <Button
                variant="primary"
                isPending={confirm.isPending}
                pendingLabel={t('pending')}
                onPress={() => confirm.mutate({ body: { token: token! } })}
              >
                {t('submit')}
              </Button>
            }
          >
            {t('askText')}
          </EmptyState>
        </>
      )}
    </Page>
  );
}
