import { QueryClient } from '@tanstack/react-query';
import { session } from '../session/index.ts';
import { createApi } from './client.ts';
import { createFeatures, type PROBES } from './features.ts';
import { createOptimism } from './optimistic.ts';
import { forgetWithUser, QUERY_DEFAULTS } from './queries.ts';

/** The API as this page uses it: as whoever is logged in. */
export const api = createApi({
  fetch: (request, send) => session.fetch(request, undefined, send),
  isOnline: () => navigator.onLine,
  now: () => Date.now(),
  baseUrl: location.origin,
});

/** What has been read of the API. */
export const queryClient = new QueryClient({ defaultOptions: QUERY_DEFAULTS });

export const showChanges = createOptimism(queryClient);

export const features = createFeatures({
  ask: (probe) => askFor(probe),
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
});
api.onAnswer((operation, isThere) => features.note(operation, isThere));
forgetWithUser(queryClient, session, () => features.forget());

/** Rejects when the answer says neither. */
async function askFor(probe: (typeof PROBES)[keyof typeof PROBES]): Promise<boolean> {
  let isThere: boolean | undefined;
  const stop = api.onAnswer((operation, answer) => {
    if (operation === probe) isThere = answer;
  });
  await api.call(probe as 'GET /api/v1/users/me/preferences', {}).catch(() => {});
  stop();
  if (isThere === undefined) throw new Error('Nobody could tell');
  return isThere;
}
