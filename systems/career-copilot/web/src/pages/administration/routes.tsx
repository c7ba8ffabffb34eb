import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';
import { usersSearch } from './users.ts';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    administration: typeof en;
  }
}

/** Around all of it: for administrators, and for nobody else. */
const frame = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/administration',
  loader: messagesOf('administration', {
    en: () => import('./messages/en.json'),
    de: () => import('./messages/de.json'),
  }),
  component: lazyRouteComponent(() => import('./AdministrationFrame.tsx'), 'AdministrationFrame'),
});

const overview = createRoute({
  getParentRoute: () => frame,
  path: '/',
  component: lazyRouteComponent(() => import('./OverviewPage.tsx'), 'OverviewPage'),
});

/** `/administration/users?state=suspended` */
const users = createRoute({
  getParentRoute: () => frame,
  path: '/users',
  validateSearch: usersSearch,
  component: lazyRouteComponent(() => import('./UsersPage.tsx'), 'UsersPage'),
});

export const routes = [frame.addChildren([overview, users])] as const;
