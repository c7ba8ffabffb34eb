import { Button, ErrorState } from '@banyan/ui';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Page } from './Page.tsx';

/** In place of a page that could not be loaded, or that has failed while it was shown. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const t = useTranslations('shell.error');
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  const isOld = isOutdated(error);
  return (
    <Page title={t('title')} width="narrow">
      <ErrorState
        title={t(isOld ? 'outdatedTitle' : 'failed')}
        reason={t(isOld ? 'outdated' : 'text')}
        action={
          <Button variant="primary" onPress={isOld ? () => location.reload() : retry}>
            {t(isOld ? 'reload' : 'retry')}
          </Button>
        }
        details={isOld ? undefined : String(error)}
      />
    </Page>
  );
}

/** Whether a part of the pages is no longer there: another version is being served. */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script/i.test(error.message);
}
