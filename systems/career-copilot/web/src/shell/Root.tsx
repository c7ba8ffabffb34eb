import { Outlet } from '@tanstack/react-router';
import { I18n } from '../i18n/I18n.tsx';
import { useFocusOnNewPage } from './focus.ts';

/** Around every page, whoever sees it. */
export function Root() {
  useFocusOnNewPage();
  return (
    <I18n>
      <Outlet />
    </I18n>
  );
}
