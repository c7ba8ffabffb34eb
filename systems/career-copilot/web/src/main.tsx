import './trusted-types.ts';
import '@banyan/ui/tokens.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
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

void session.resume();
discardDraftsAtLogOut(session);
endPushWithItsUser(session);
showTheme();
watchSession(() => void router.invalidate());
await Promise.all([loadShellMessages(), loadApiMessages(), loadFormMessages()]);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
