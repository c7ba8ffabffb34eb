/** Our gateway as a contender, one worker as `runCluster` starts it: `MODE` is bare, policies or shadow. */
import { memorySource, type Route, type RouteTable, runCluster, startGateway } from '@banyan/gateway';

const { PORT, UPSTREAM, SECRET = '', MODE } = process.env;
const upstream = { instances: [UPSTREAM as string], health: null, timeoutMs: 5_000 };
const route: Route = {
  id: 'GET /api/v1/users/me',
  method: 'GET',
  path: '/api/v1/users/me',
  service: 'users',
  key: { from: 'token', claim: 'sub' },
  mode: 'hybrid',
  onMonolith: true,
  auth: 'required',
  shadow: MODE === 'shadow',
  unsafeFallback: 'never',
  settle: { monolith: [], service: [] },
};
const policies = MODE !== 'bare';
const table: RouteTable = {
  version: 1,
  monolith: { ...upstream, signAs: null },
  services: { users: { upstream: { ...upstream }, share: 5_000, salt: 'users' } },
  routes: policies ? [route] : [],
  issuers: policies ? [{ name: 'monolith', issuer: '', algorithm: 'HS256', secret: SECRET }] : [],
  rateLimit: policies ? { perMinute: 1e9, perHour: 1e9 } : null,
  limits: { bodyBytes: 1024 * 1024, headerBytes: 16 * 1024 },
  holdMs: 5_000,
  settleMs: 1_000,
  override: null,
  shadow: { maxConcurrent: 256 },
};
await runCluster({
  workers: 1,
  start: () => startGateway({ source: memorySource(table), port: Number(PORT) }),
});
console.log('ready');
