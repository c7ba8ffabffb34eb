import type { Route, RouteTable } from '@banyan/gateway';

/** Half of the keys are on the service's side. */
export const SHARE = 5_000;
export const SALT = 'items';
export const SECRET = 'a secret for tests that is long enough';
/** Where a client asks that does nothing wrong. */
export const CLEAN_PATH = '/clean';

/** The table that the worker acts on: one service with its routes, everything else the monolith's. */
export function tableOf(
  urls: { monolith: string; service: string },
  more: { routes?: Route[]; timeoutMs?: number; cleanAt?: string } = {},
): RouteTable {
  const timeoutMs = more.timeoutMs ?? 5_000;
  const upstream = (url: string) => ({ instances: [url], health: null, timeoutMs });
  return {
    version: 1,
    monolith: { ...upstream(urls.monolith), signAs: null },
    services: {
      items: { upstream: upstream(urls.service), share: SHARE, salt: SALT },
      clean: { upstream: upstream(more.cleanAt ?? urls.monolith), share: 10_000, salt: 'clean' },
    },
    routes: [
      route('GET', CLEAN_PATH, { from: 'none' }, { service: 'clean', mode: 'migrated' }),
      ...(more.routes ?? ROUTES),
    ],
    issuers: [{ name: 'own', issuer: 'own', algorithm: 'HS256', secret: SECRET }],
    rateLimit: null,
    limits: { bodyBytes: 256 * 1024, headerBytes: 16 * 1024 },
    // Node's parser keeps to itself that a body is malformed whose request asks for an upgrade. No more comes of such a
    // body, so what ends the connection is this limit (408); it must do so well within the time a client waits here.
    clients: { uploadIdleMs: 2_000 },
    holdMs: 2_000,
    settleMs: 500,
    override: { header: 'x-banyan-side', roles: ['tester'] },
  };
}

export function route(method: string, path: string, key: Route['key'], more: Partial<Route> = {}): Route {
  return {
    id: `${method} ${path}`,
    method,
    path,
    service: 'items',
    key,
    mode: 'hybrid',
    onMonolith: true,
    auth: 'none',
    shadow: false,
    unsafeFallback: 'not-run',
    settle: { monolith: [], service: [] },
    ...more,
  };
}

const ROUTES: Route[] = [
  route('GET', '/items/:id', { from: 'param', name: 'id' }),
  route('PUT', '/items/:id', { from: 'param', name: 'id' }),
  route('GET', '/mine', { from: 'token', claim: 'sub' }),
  route('PUT', '/mine', { from: 'token', claim: 'sub' }),
  route('POST', '/orders', { from: 'header', name: 'x-key' }),
  route('*', '/basket', { from: 'cookie', name: 'sid' }),
];
