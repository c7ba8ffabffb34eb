import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { leaveWhenLoggedIn, loginSearch } from '../../shell/guard.ts';
import { openRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    account: typeof en;
  }
}

const messages = messagesOf('account', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

const login = createRoute({
  getParentRoute: () => openRoute,
  path: '/login',
  validateSearch: loginSearch,
  beforeLoad: leaveWhenLoggedIn,
  loader: messages,
  component: lazyRouteComponent(() => import('./LoginPage.tsx'), 'LoginPage'),
});

export const routes = [login] as const;
