import { ToastRegion, UiProvider } from '@banyan/ui';
import { Outlet, useRouter } from '@tanstack/react-router';
import { useLocale, useTranslations } from 'use-intl';
import { I18n } from '../i18n/I18n.tsx';
import { useFocusOnNewPage } from './focus.ts';
import { OfflineBar } from './OfflineBar.tsx';

/** Around every page, whoever sees it. */
export function Root() {
  return (
    <I18n>
      <Providers />
    </I18n>
  );
}

function Providers() {
  const t = useTranslations('shell.toasts');
  const router = useRouter();
  useFocusOnNewPage();
  return (
    <UiProvider locale={useLocale()} navigate={(href) => router.history.push(href)}>
      <OfflineBar />
      <Outlet />
      <ToastRegion label={t('label')} closeLabel={t('close')} />
    </UiProvider>
  );
}
