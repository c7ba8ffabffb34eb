import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    notifications: typeof en;
  }
}

const messages = messagesOf('notifications', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

/** `/notifications?show=unread` */
const centre = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/notifications',
  validateSearch: ({ show }: Record<string, unknown>): { show?: 'unread' } =>
    show === 'unread' ? { show } : {},
  loader: messages,
  component: lazyRouteComponent(() => import('./NotificationsPage.tsx'), 'NotificationsPage'),
});

export const routes = [centre] as const;
