import './trusted-types.ts';
import '@banyan/ui/tokens.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { type AnyRoute, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/index.ts';
import { loadApiMessages } from './api/messages.ts';
import { discardDraftsAtLogOut } from './forms/kept-drafts.ts';
import { loadFormMessages } from './forms/messages.ts';
import { loadShellMessages } from './i18n/index.ts';
import { endPushWithItsUser } from './push/end-push.ts';
import { router } from './router.tsx';
import { session } from './session/index.ts';
import { watchSession } from './shell/guard.ts';
import { showTheme } from './shell/theme.ts';

/** So long a page may take before something is shown in its place, ms. */
const PATIENCE_MS = 400;

void session.resume();
discardDraftsAtLogOut(session);
endPushWithItsUser(session);
showTheme();
watchSession(() => void router.invalidate());
// The page is on its way while it is found out who is there, and words are. What fails the router tells of.
const routes: Record<string, AnyRoute> = router.routesById;
for (const { routeId } of router.matchRoutes(router.latestLocation))
  router.loadRouteChunk(routes[routeId]!)?.catch(() => {});
const shown = router.load().catch(() => {});
await Promise.all([
  loadShellMessages(),
  loadApiMessages(),
  loadFormMessages(),
  // A page that comes at once has nothing shown in its place before.
  Promise.race([shown, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]),
]);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
