import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { signedInRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';
import { calendarSearch } from './search.ts';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    calendar: typeof en;
  }
}

const messages = messagesOf('calendar', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

const calendar = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/calendar',
  validateSearch: calendarSearch,
  loader: messages,
  component: lazyRouteComponent(() => import('./CalendarPage.tsx'), 'CalendarPage'),
});

export const routes = [calendar] as const;
