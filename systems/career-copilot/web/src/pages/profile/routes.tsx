import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    profile: typeof en;
  }
}

const messages = messagesOf('profile', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

const profile = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/profile',
  loader: messages,
  component: lazyRouteComponent(() => import('./ProfilePage.tsx'), 'ProfilePage'),
});

const importing = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/profile/import',
  loader: messages,
  component: lazyRouteComponent(() => import('./ImportPage.tsx'), 'ImportPage'),
});

export const routes = [profile, importing] as const;
