import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { loadSentMessages } from '../../messages-sent/messages.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import { deliveriesSearch } from './deliveries.ts';
import type en from './messages/en.json';
import { usersSearch } from './users.ts';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    administration: typeof en;
  }
}

const messages = messagesOf('administration', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

/** Around all of it: for administrators, and for nobody else. */
const frame = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/administration',
  loader: () => Promise.all([messages(), loadSentMessages()]),
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

const campaigns = createRoute({
  getParentRoute: () => frame,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('./CampaignsPage.tsx'), 'CampaignsPage'),
});

const newCampaign = createRoute({
  getParentRoute: () => frame,
  path: '/campaigns/new',
  component: lazyRouteComponent(() => import('./NewCampaignPage.tsx'), 'NewCampaignPage'),
});

const campaign = createRoute({
  getParentRoute: () => frame,
  path: '/campaigns/$id',
  component: lazyRouteComponent(() => import('./CampaignPage.tsx'), 'CampaignPage'),
});

const templates = createRoute({
  getParentRoute: () => frame,
  path: '/templates',
  component: lazyRouteComponent(() => import('./TemplatesPage.tsx'), 'TemplatesPage'),
});

const template = createRoute({
  getParentRoute: () => frame,
  path: '/templates/$kind/$locale',
  component: lazyRouteComponent(() => import('./TemplatePage.tsx'), 'TemplatePage'),
});

/** `/administration/deliveries?state=bounced` */
const deliveries = createRoute({
  getParentRoute: () => frame,
  path: '/deliveries',
  validateSearch: deliveriesSearch,
  component: lazyRouteComponent(() => import('./DeliveriesPage.tsx'), 'DeliveriesPage'),
});

const data = createRoute({
  getParentRoute: () => frame,
  path: '/data',
  component: lazyRouteComponent(() => import('./DataPage.tsx'), 'DataPage'),
});

export const routes = [
  frame.addChildren([
    overview,
    users,
    campaigns,
    newCampaign,
    campaign,
    templates,
    template,
    deliveries,
    data,
  ]),
] as const;
