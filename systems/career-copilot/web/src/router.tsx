import { createRouter } from '@tanstack/react-router';
import { routes as account } from './pages/account/routes.tsx';
import { routes as administration } from './pages/administration/routes.tsx';
import { routes as applications } from './pages/applications/routes.tsx';
import { routes as calendar } from './pages/calendar/routes.tsx';
import { routes as dashboard } from './pages/dashboard/routes.tsx';
import { routes as jobs } from './pages/jobs/routes.tsx';
import { routes as notifications } from './pages/notifications/routes.tsx';
import { routes as profile } from './pages/profile/routes.tsx';
import { routes as settings } from './pages/settings/routes.tsx';
import { ErrorPage } from './shell/ErrorPage.tsx';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { PendingPage } from './shell/PendingPage.tsx';
import { openRoute, rootRoute, signedInRoute } from './shell/routes.tsx';

const routeTree = rootRoute.addChildren([
  openRoute.addChildren([...account]),
  signedInRoute.addChildren([
    ...dashboard,
    ...jobs,
    ...applications,
    ...calendar,
    ...notifications,
    ...profile,
    ...settings,
    ...administration,
  ]),
]);

export const router = createRouter({
  routeTree,
  scrollRestoration: true,
  // What a link leads to is loaded while it is being pointed at.
  defaultPreload: 'intent',
  defaultPendingMs: 200,
  defaultPendingMinMs: 300,
  defaultPendingComponent: PendingPage,
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
