/** A gateway of one worker whose whole world is the service at TODOS_URL. */
import { memorySource, type RouteTable, runCluster, startGateway } from '@banyan/gateway';

const { PORT, TODOS_URL, JWT_SECRET } = process.env as Record<string, string>;
const upstream = { instances: [TODOS_URL!], health: null, timeoutMs: 20_000 };
const table: RouteTable = {
  version: 1,
  monolith: { ...upstream, signAs: null },
  services: { todos: { upstream, share: 10_000, salt: 'todos' } },
  routes: [
    {
      id: '* /todos',
      method: '*',
      path: '/todos',
      service: 'todos',
      key: { from: 'token', claim: 'sub' },
      mode: 'hybrid',
      onMonolith: false,
      auth: 'required',
      shadow: false,
      unsafeFallback: 'never',
      settle: { monolith: [], service: [] },
    },
  ],
  issuers: [{ name: 'example', issuer: 'example', algorithm: 'HS256', secret: JWT_SECRET! }],
  rateLimit: null,
  limits: { bodyBytes: 64 * 1024, headerBytes: 16 * 1024 },
  holdMs: 5_000,
  settleMs: 1_000,
  override: null,
};

const gateway = await runCluster({
  workers: 1,
  start: () => startGateway({ source: memorySource(table), port: Number(PORT), env: process.env }),
});
process.on('disconnect', () => void gateway.stop().finally(() => process.exit(0)));
process.send?.('ready');
