import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { loadSentMessages } from '../../messages-sent/messages.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type connectionsEn from './connections/messages/en.json';
import { mailSearch } from './mail/mail.ts';
import type mailEn from './mail/messages/en.json';
import type en from './messages/en.json';
import type notificationsEn from './notifications/messages/en.json';
import type webhooksEn from './webhooks/messages/en.json';
import { webhookSearch } from './webhooks/webhook.ts';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    settings: typeof en;
    connections: typeof connectionsEn;
    mail: typeof mailEn;
    notificationSettings: typeof notificationsEn;
    webhooks: typeof webhooksEn;
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

const notificationMessages = messagesOf('notificationSettings', {
  en: () => import('./notifications/messages/en.json'),
  de: () => import('./notifications/messages/de.json'),
});

const notifications = createRoute({
  getParentRoute: () => frame,
  path: '/notifications',
  loader: () => Promise.all([notificationMessages(), loadSentMessages()]),
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

const mail = createRoute({
  getParentRoute: () => frame,
  path: '/mail',
  validateSearch: mailSearch,
  loader: messagesOf('mail', {
    en: () => import('./mail/messages/en.json'),
    de: () => import('./mail/messages/de.json'),
  }),
  component: lazyRouteComponent(() => import('./mail/MailSection.tsx'), 'MailSection'),
});

const webhookMessages = messagesOf('webhooks', {
  en: () => import('./webhooks/messages/en.json'),
  de: () => import('./webhooks/messages/de.json'),
});
/** Numbers in addresses. */
const byId = {
  parse: ({ id }: { id: string }) => ({ id: Number(id) }),
  stringify: ({ id }: { id: number }) => ({ id: String(id) }),
};

const webhooks = createRoute({
  getParentRoute: () => frame,
  path: '/webhooks',
  loader: webhookMessages,
  component: lazyRouteComponent(() => import('./webhooks/WebhooksSection.tsx'), 'WebhooksSection'),
});

const webhook = createRoute({
  getParentRoute: () => frame,
  path: '/webhooks/$id',
  params: byId,
  validateSearch: webhookSearch,
  loader: webhookMessages,
  component: lazyRouteComponent(() => import('./webhooks/WebhookPage.tsx'), 'WebhookPage'),
});

/** Where notifications lead. */
const disabled = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/integrations/webhooks/$id',
  params: byId,
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/settings/webhooks/$id', params, replace: true });
  },
});

const recognized = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/integrations/mail/$id',
  params: byId,
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/settings/mail', search: mailSearch({ proposal: params.id }), replace: true });
  },
});

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
  frame.addChildren([
    general,
    security,
    notifications,
    connections,
    callback,
    mail,
    webhooks,
    webhook,
    privacy,
    data,
  ]),
  lost,
  disabled,
  recognized,
] as const;
