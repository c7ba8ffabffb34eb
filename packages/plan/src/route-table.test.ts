import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { resolvePlan } from './resolve/resolve.ts';
import { buildRouteTable } from './route-table.ts';
import { linksOf, STAGES, type Stage } from './stages.ts';
import { aPlan, aRoute, aService, aTable } from './testing/plans.ts';

const plan = resolvePlan(aPlan());

function tableAt(auth: Stage, users: Stage, share = 0) {
  return buildRouteTable(plan, { auth: { stage: auth, share }, users: { stage: users, share } }, 7);
}

function routeAt(id: string, auth: Stage, users: Stage) {
  return tableAt(auth, users, 100).routes.find((route) => route.id === id)!;
}

describe('a route table', () => {
  test('holds every route, service and issuer of the plan, and its version', () => {
    const table = tableAt('monolith', 'monolith');
    assert.equal(table.version, 7);
    assert.deepEqual(
      table.routes.map(({ id }) => id),
      [
        'POST /auth/register',
        'POST /auth/logout',
        'GET /users/me',
        'PUT /users/me',
        'POST /users/:id/suspend',
      ],
    );
    assert.deepEqual(Object.keys(table.services), ['auth', 'users']);
    assert.deepEqual(table.monolith.instances, ['http://127.0.0.1:8000']);
    assert.equal(table.monolith.signAs, 'shop');
    assert.ok(table.holdMs > 2_000, 'a hold outlasts the longest fence');
  });

  test('gives each stage its mode', () => {
    const modes = STAGES.map((stage) => routeAt('GET /users/me', 'monolith', stage).mode);
    assert.deepEqual(modes, ['monolith', 'monolith', 'monolith', 'hybrid', 'hybrid', 'migrated']);
  });

  test('shadows safe routes in shadowing only', () => {
    const shadowed = STAGES.filter((stage) => routeAt('GET /users/me', 'monolith', stage).shadow);
    assert.deepEqual(shadowed, ['shadowing']);
    assert.equal(routeAt('PUT /users/me', 'monolith', 'shadowing').shadow, false);
  });

  test('takes a stored share in canary only', () => {
    const shares = STAGES.map((stage) => tableAt(stage, 'monolith', 1_234).services.auth!.share);
    assert.deepEqual(shares, [0, 0, 0, 1_234, 10_000, 10_000]);
  });

  test('says what body a route takes where the plan does', () => {
    const routes = [
      aRoute('PUT /files', 'none', { onMonolith: false, bodyBytes: 5_000_000 }),
      aRoute('GET /notes', 'none'),
    ];
    const files = resolvePlan(aPlan({ services: { users: aService('users', { routes }) } }));
    assert.deepEqual(
      buildRouteTable(files, {}, 1).routes.map(({ limits }) => limits),
      [{ bodyBytes: 5_000_000 }, undefined],
    );
  });

  test('has every upstream checked as the plan says, but those that name no path', () => {
    const given = aPlan();
    const gateway = { ...given.gateway, healthChecks: { intervalMs: 10_000, healthyAfter: 5 } };
    const { auth, users } = given.services;
    const services = { auth: auth!, users: { ...users!, health: null } };
    const checked = buildRouteTable(resolvePlan({ ...given, gateway, services }), {}, 1);
    const asked = { intervalMs: 10_000, unhealthyAfter: 3, healthyAfter: 5 };
    assert.deepEqual(checked.monolith.health, { path: '/health', ...asked });
    assert.deepEqual(checked.services.auth!.upstream.health, { path: '/health/ready', ...asked });
    assert.equal(checked.services.users!.upstream.health, null);
  });

  test('says what a route that stays takes, and what it writes, where the plan does', () => {
    const bodySchema = { type: 'object' };
    const unmoved = [
      { route: 'POST /orders', bodySchema },
      { route: 'POST /parcels', writes: ['public.users'] },
    ];
    assert.deepEqual(buildRouteTable(resolvePlan(aPlan({ unmoved })), {}, 1).unmoved, [
      { method: 'POST', path: '/orders', settle: [], bodySchema },
      { method: 'POST', path: '/parcels', settle: [] },
    ]);
  });

  test('leaves a service whose state is unknown at the monolith', () => {
    const table = buildRouteTable(plan, {}, 1);
    assert.deepEqual([table.services.auth!.share, table.routes[0]!.mode], [0, 'monolith']);
  });
});

describe('a write without a key', () => {
  const settleAt = (auth: Stage, users: Stage) => routeAt('POST /auth/register', auth, users).settle;

  test('waits for nothing while no link runs', () => {
    assert.deepEqual(settleAt('monolith', 'monolith'), { monolith: [], service: [] });
    assert.deepEqual(settleAt('retired', 'monolith'), { monolith: [], service: [] });
  });

  test('waits for no service from which nobody reads yet, unless its first users are moving', () => {
    const starting = [{ service: 'users', link: 'users.forward' }];
    assert.deepEqual(settleAt('copying', 'shadowing'), { monolith: [], service: [], starting });
  });

  test('on the monolith waits for all services that map its tables, at once', () => {
    assert.deepEqual(settleAt('canary', 'migrated').monolith, [['auth.forward', 'users.forward']]);
    assert.deepEqual(settleAt('monolith', 'canary').monolith, [['users.forward']]);
  });

  test('on the service waits for the monolith, then for the other services', () => {
    assert.deepEqual(settleAt('migrated', 'canary').service, [['auth.reverse'], ['users.forward']]);
    assert.deepEqual(settleAt('migrated', 'monolith').service, [['auth.reverse']]);
  });

  test('that names its tables waits on either side only for services that map those', () => {
    const split = resolvePlan(
      aPlan({
        services: {
          shop: aService('shop', {
            routes: [aRoute('POST /orders', 'none', { writes: ['orders'] }), aRoute('POST /both', 'none')],
            tables: [aTable('orders', ['total']), aTable('items', ['name'])],
          }),
          stock: aService('stock', { tables: [aTable('items', ['amount'], { rows: 'foreign' })] }),
        },
      }),
    );
    const states = {
      shop: { stage: 'migrated', share: 10_000 },
      stock: { stage: 'canary', share: 100 },
    } as const;
    const [orders, both] = buildRouteTable(split, states, 1).routes;
    assert.deepEqual(orders!.settle.monolith, [['shop.forward']]);
    assert.deepEqual(both!.settle.monolith, [['shop.forward', 'stock.forward']]);
    assert.deepEqual(orders!.settle.service, [['shop.reverse']]);
    assert.deepEqual(both!.settle.service, [['shop.reverse'], ['stock.forward']]);
  });

  test('is not the only one that waits: a keyed write may ask for it, a read never does', () => {
    const asking = aPlan();
    for (const route of asking.services.users!.routes) route.settle = true;
    const states = { users: { stage: 'canary', share: 100 } } as const;
    const routes = buildRouteTable(resolvePlan(asking), states, 1).routes;
    const waiting = routes.filter(({ service, settle }) => service === 'users' && settle.service.length > 0);
    assert.deepEqual(
      waiting.map(({ id }) => id),
      ['PUT /users/me', 'POST /users/:id/suspend'],
    );
  });

  test('never waits for a link that does not run, in any pair of stages', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STAGES),
        fc.constantFrom(...STAGES),
        fc.nat(10_000),
        (auth, users, share) => {
          const running = { auth: linksOf(auth), users: linksOf(users) };
          for (const route of tableAt(auth, users, share).routes) {
            for (const link of [...route.settle.monolith, ...route.settle.service].flat()) {
              const [service, direction] = link.split('.') as ['auth' | 'users', 'forward' | 'reverse'];
              assert.ok(running[service][direction], `${link} in ${auth}/${users}`);
            }
            const waits = route.settle.monolith.length + route.settle.service.length > 0;
            assert.ok(!waits || (route.method !== 'GET' && route.key.from === 'none'));
          }
        },
      ),
    );
  });

  test('and everything else is the same for the same input', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STAGES),
        fc.constantFrom(...STAGES),
        fc.nat(10_000),
        (auth, users, share) => {
          assert.deepEqual(tableAt(auth, users, share), tableAt(auth, users, share));
          assert.equal(
            JSON.stringify(JSON.parse(JSON.stringify(tableAt(auth, users, share)))),
            JSON.stringify(tableAt(auth, users, share)),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});
