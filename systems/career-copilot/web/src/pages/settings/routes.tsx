import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type connectionsEn from './connections/messages/en.json';
import type en from './messages/en.json';
import type notificationsEn from './notifications/messages/en.json';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    settings: typeof en;
    connections: typeof connectionsEn;
    notificationSettings: typeof notificationsEn;
  }
}

const frame = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings',
  loader: messagesOf('settings', {
    en: () => import('./messages/en.json'),
    de: () => import('./messages/de.json'),
  }),
  component: lazyRouteComponent(() => import('./SettingsFrame.tsx'), 'SettingsFrame'),
});

const general = createRoute({
  getParentRoute: () => frame,
  path: '/',
  component: lazyRouteComponent(() => import('./GeneralSection.tsx'), 'GeneralSection'),
});

const security = createRoute({
  getParentRoute: () => frame,
  path: '/security',
  component: lazyRouteComponent(() => import('./SecuritySection.tsx'), 'SecuritySection'),
});

const notifications = createRoute({
  getParentRoute: () => frame,
  path: '/notifications',
  loader: messagesOf('notificationSettings', {
    en: () => import('./notifications/messages/en.json'),
    de: () => import('./notifications/messages/de.json'),
  }),
  component: lazyRouteComponent(
    () => import('./notifications/NotificationsSection.tsx'),
    'NotificationsSection',
  ),
});

const connectionMessages = messagesOf('connections', {
  en: () => import('./connections/messages/en.json'),
  de: () => import('./connections/messages/de.json'),
});

const connections = createRoute({
  getParentRoute: () => frame,
  path: '/connections',
  loader: connectionMessages,
  component: lazyRouteComponent(() => import('./connections/ConnectionsSection.tsx'), 'ConnectionsSection'),
});

/** The address that providers know (`redirect_uri`). */
const callback = createRoute({
  getParentRoute: () => frame,
  path: '/connections/callback',
  loader: connectionMessages,
  component: lazyRouteComponent(() => import('./connections/CallbackPage.tsx'), 'CallbackPage'),
});

/** Where notifications lead. */
const lost = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/integrations/connections',
  beforeLoad: () => {
    throw redirect({ to: '/settings/connections', replace: true });
  },
});

const privacy = createRoute({
  getParentRoute: () => frame,
  path: '/privacy',
  component: lazyRouteComponent(() => import('./PrivacySection.tsx'), 'PrivacySection'),
});

const data = createRoute({
  getParentRoute: () => frame,
  path: '/data',
  component: lazyRouteComponent(() => import('./DataSection.tsx'), 'DataSection'),
});

export const routes = [
  frame.addChildren([general, security, notifications, connections, callback, privacy, data]),
  lost,
] as const;
