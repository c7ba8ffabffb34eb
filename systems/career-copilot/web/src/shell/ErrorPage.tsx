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
  return (
    <Page title={t('title')} width="narrow">
      <p role="alert">{isOutdated(error) ? t('outdated') : t('text')}</p>
      <p>
        {isOutdated(error) ? (
          <button type="button" onClick={() => location.reload()}>
            {t('reload')}
          </button>
        ) : (
          <button type="button" onClick={retry}>
            {t('retry')}
          </button>
        )}
      </p>
    </Page>
  );
}

/** Whether a part of the pages is no longer there: another version is being served. */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script/i.test(error.message);
}
