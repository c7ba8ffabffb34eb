import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { ApiError, useApiMutation } from '../../../api/index.ts';
import { useTelling } from '../use-telling.ts';
import { pageOfProvider } from './accounts.ts';

/** Takes somebody to the page of a provider that asks them. They come back to CallbackPage. */
export function useConnecting(): { connect: (provider: string) => void; pendingFor: string | null } {
  const t = useTranslations('connections');
  const tell = useTelling();
  const [pendingFor, setPendingFor] = useState<string | null>(null);
  const failed = (reason: unknown) => {
    setPendingFor(null);
    tell(t('notBegun'), reason);
  };
  const begin = useApiMutation('POST /api/v1/integrations/connections', {
    changes: [],
    onSuccess: ({ authorization_url }) => {
      const page = pageOfProvider(authorization_url);
      if (page === null) failed(new ApiError('STRANGE_ANSWER'));
      else location.assign(page);
    },
    onError: failed,
  });
  const connect = (provider: string) => {
    setPendingFor(provider);
    begin.mutate({ body: { provider } });
  };
  return { connect, pendingFor };
}
