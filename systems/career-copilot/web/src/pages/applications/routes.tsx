import { createRoute, lazyRouteComponent, notFound } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';
import { applicationsSearch } from './search.ts';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    applications: typeof en;
  }
}

export const messages = messagesOf('applications', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

const all = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/applications',
  validateSearch: applicationsSearch,
  loader: messages,
  component: lazyRouteComponent(() => import('./ApplicationsPage.tsx'), 'ApplicationsPage'),
});

/** `/applications/12` */
const one = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/applications/$id',
  // How it was at a time.
  validateSearch: ({ at }: Record<string, unknown>): { at?: string } =>
    typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? { at } : {},
  params: { parse: ({ id }) => ({ id: Number(id) }), stringify: ({ id }) => ({ id: String(id) }) },
  beforeLoad: ({ params: { id } }) => {
    if (!Number.isInteger(id) || id < 1) throw notFound();
  },
  loader: messages,
  component: lazyRouteComponent(() => import('./ApplicationPage.tsx'), 'ApplicationPage'),
});

export const routes = [all, one] as const;
