import { createRoute, lazyRouteComponent, notFound } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    applications: typeof en;
  }
}

export const messages = messagesOf('applications', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

/** `/applications?q=engineer` */
const board = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/applications',
  validateSearch: ({ q }: Record<string, unknown>): { q?: string } =>
    typeof q === 'string' && q !== '' ? { q } : {},
  loader: messages,
  component: lazyRouteComponent(() => import('./BoardPage.tsx'), 'BoardPage'),
});

/** `/applications/12` */
const one = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/applications/$id',
  params: { parse: ({ id }) => ({ id: Number(id) }), stringify: ({ id }) => ({ id: String(id) }) },
  beforeLoad: ({ params: { id } }) => {
    if (!Number.isInteger(id) || id < 1) throw notFound();
  },
  loader: messages,
  component: lazyRouteComponent(() => import('./ApplicationPage.tsx'), 'ApplicationPage'),
});

export const routes = [board, one] as const;
