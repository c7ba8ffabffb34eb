import { EmptyState, LinkButton, Spinner, showToast } from '@banyan/ui';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { useApiMutation, useErrorWords } from '../../../api/index.ts';
import { Page } from '../../../shell/Page.tsx';
import { providerName } from './accounts.ts';

/** Where a provider sends somebody back to. What it says is good once, and is not left in the address. */
export function CallbackPage() {
  const t = useTranslations('connections.callback');
  const words = useErrorWords();
  const navigate = useNavigate();
  const complete = useApiMutation('POST /api/v1/integrations/connections/complete', {
    onSuccess: ({ provider }) => {
      showToast({ title: t('done', { name: providerName(provider) }), tone: 'good' });
      void navigate({ to: '/settings/connections', replace: true });
    },
  });
  const { mutate } = complete;
  const isSent = useRef(false);
  useEffect(() => {
    if (isSent.current) return;
    isSent.current = true;
    const query = location.search.slice(1);
    // Also of one that has been refused: what is read again would be refused as well.
    history.replaceState(history.state, '', location.pathname);
    mutate({ body: { query: query === '' ? 'none' : query } });
  }, [mutate]);
  return (
    <Page title={t('title')}>
      {complete.error === null ? (
        <p role="status">
          <Spinner /> {t('pending')}
        </p>
      ) : (
        <EmptyState
          icon="plug"
          title={t('failed')}
          action={<LinkButton href="/settings/connections">{t('back')}</LinkButton>}
        >
          {complete.error.code === 'PROVIDER_REFUSED' ? t('refused') : words(complete.error).reason}
        </EmptyState>
      )}
    </Page>
  );
}
