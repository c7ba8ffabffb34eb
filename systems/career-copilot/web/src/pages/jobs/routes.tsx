import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import { jobsSearch } from './criteria.ts';
import type en from './messages/en.json';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    jobs: typeof en;
  }
}

const messages = messagesOf('jobs', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

const search = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs',
  validateSearch: jobsSearch,
  loader: messages,
  component: lazyRouteComponent(() => import('./SearchPage.tsx'), 'SearchPage'),
});

export const routes = [search] as const;
