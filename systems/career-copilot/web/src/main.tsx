import './trusted-types.ts';
import '@banyan/ui/tokens.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { loadShellMessages } from './i18n/index.ts';
import { router } from './router.tsx';
import { session } from './session/index.ts';
import { watchSession } from './shell/guard.ts';
import { queryClient } from './shell/query-client.ts';
import { showTheme } from './shell/theme.ts';

showTheme();
void session.resume();
watchSession(() => {
  // Nobody sees what another has read.
  queryClient.clear();
  void router.invalidate();
});
await loadShellMessages();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
