import { createRootRoute, createRoute } from '@tanstack/react-router';
import { Frame } from './Frame.tsx';
import { requireSession } from './guard.ts';
import { NotFoundPage } from './NotFoundPage.tsx';
import { OpenFrame } from './OpenFrame.tsx';
import { PendingPage } from './PendingPage.tsx';
import { Root } from './Root.tsx';

export const rootRoute = createRootRoute({
  component: Root,
  notFoundComponent: () => (
    <OpenFrame>
      <NotFoundPage />
    </OpenFrame>
  ),
});

/** Parent of the pages of whoever is logged in: navigation around them, and the way to the login before them. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: requireSession,
  pendingComponent: PendingPage,
  component: Frame,
});

/** Parent of the pages that need no login. */
export const openRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'open',
  component: OpenFrame,
});
