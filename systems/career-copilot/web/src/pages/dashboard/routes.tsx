import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';
import { dashboardSearch } from './search.ts';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    dashboard: typeof en;
  }
}

const messages = messagesOf('dashboard', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

const dashboard = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  validateSearch: dashboardSearch,
  loader: messages,
  component: lazyRouteComponent(() => import('./DashboardPage.tsx'), 'DashboardPage'),
});

export const routes = [dashboard] as const;
