import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlanError } from '../problem.ts';
import { aPlan, aRoute, aService } from '../testing/plans.ts';
import { ROLLOUT_DEFAULTS, resolvePlan } from './resolve.ts';

test('a resolved plan has every default that the plan leaves out', () => {
  const plan = resolvePlan(aPlan());
  assert.deepEqual(plan.monolith, {
    origins: ['http://127.0.0.1:8000'],
    database: 'postgres://shop:shop-secret@127.0.0.1:5432/shop',
    health: '/health',
    timeoutMs: 30_000,
    signAs: 'shop',
    writeLocks: true,
    cascades: 'carry',
    jobs: [],
    role: null,
  });
  assert.deepEqual(
    { ...plan.control, database: '' },
    { database: '', host: '127.0.0.1', port: 7070, token: null },
  );
  assert.deepEqual(
    { ...plan.gateway, issuers: [] },
    {
      host: '127.0.0.1',
      port: 8080,
      workers: 2,
      adminPort: 7071,
      issuers: [],
      signing: null,
      trustedHops: null,
      rateLimit: { perMinute: 1_000, perHour: 60_000 },
      bodyBytes: 1_048_576,
      healthChecks: { intervalMs: 1_000, unhealthyAfter: 3, healthyAfter: 2 },
      clients: {
        connections: 1_024,
        places: 256,
        waitMs: 10_000,
        uploadIdleMs: 10_000,
        downloadIdleMs: 30_000,
      },
      override: { header: 'x-banyan-side', roles: ['admin', 'tester'] },
    },
  );
  const { auth } = plan.services;
  assert.equal(auth!.health, '/health/ready');
  assert.equal(auth!.timeoutMs, 10_000);
  assert.equal(auth!.salt, 'auth');
  assert.deepEqual(auth!.rollout, { ...ROLLOUT_DEFAULTS, steps: [100, 1_000, 5_000, 10_000] });
});

test('null turns off what a default would turn on', () => {
  const plan = aPlan();
  plan.monolith.health = null;
  plan.gateway.rateLimit = null;
  plan.gateway.override = null;
  const resolved = resolvePlan(plan);
  assert.equal(resolved.monolith.health, null);
  assert.equal(resolved.gateway.rateLimit, null);
  assert.equal(resolved.gateway.override, null);
});

test("a service's rollout overrides the plan's, which overrides the defaults", () => {
  const plan = aPlan({ rollout: { observeSeconds: 5, minRequests: 7 } });
  plan.services.auth!.rollout = { observeSeconds: 9, minRequests: undefined };
  const { auth, users } = resolvePlan(plan).services;
  assert.equal(auth!.rollout.observeSeconds, 9);
  assert.equal(auth!.rollout.minRequests, 7);
  assert.equal(users!.rollout.observeSeconds, 5);
});

test('routes, keys and tables are read into their parts', () => {
  const routes = [
    aRoute(' put   /users/:id ', 'params.id', { writes: ['users', 'audit.log'], rescueUnsafe: true }),
    aRoute('GET /x', 'header.X-User', { shadow: false }),
    aRoute('GET /y', 'cookie.session', { onMonolith: false }),
    aRoute('GET /z', 'token.sub'),
  ];
  const plan = aPlan({
    services: { users: aService('users', { routes, url: ['http://a:1/', 'http://b:2'] }) },
  });
  plan.services.users!.routes[0]!.writes = [];
  const { users } = resolvePlan(plan).services;
  assert.deepEqual(users!.origins, ['http://a:1', 'http://b:2']);
  const [put, byHeader, byCookie, byToken] = users!.routes;
  assert.equal(put!.id, 'PUT /users/:id');
  assert.deepEqual(put!.key, { from: 'param', name: 'id' });
  assert.deepEqual([put!.safe, put!.shadow, put!.rescueUnsafe, put!.writes], [false, false, true, []]);
  assert.deepEqual(byHeader!.key, { from: 'header', name: 'x-user' });
  assert.equal(byHeader!.shadow, false);
  assert.deepEqual(byCookie!.key, { from: 'cookie', name: 'session' });
  assert.equal(byCookie!.shadow, false, 'nothing to compare with');
  assert.deepEqual(
    [byToken!.shadow, byToken!.safe, byToken!.auth, byToken!.writes],
    [true, true, 'required', null],
  );
});

test('a wrong plan is not resolved', () => {
  assert.throws(() => resolvePlan(aPlan({ name: '' })), PlanError);
});
