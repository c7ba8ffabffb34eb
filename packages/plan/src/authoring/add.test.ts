import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { validatePlan } from '../checks/validate.ts';
import { isLinked, resolvePlan } from '../resolve/resolve.ts';
import { buildRouteTable } from '../route-table.ts';
import { aPlan, aRoute, aService } from '../testing/plans.ts';
import { add } from './add.ts';
import { extract } from './extract.ts';

const billing = add({
  url: 'http://127.0.0.1:4009',
  routes: [
    { route: 'GET /invoices', key: 'token.sub' },
    { route: 'POST /webhooks/payments', key: 'none', auth: 'none' },
  ],
});

describe('a service that is added', () => {
  test('needs no database and no table, and its routes go to it all at once', () => {
    const plan = resolvePlan(aPlan({ services: { billing } }));
    const service = plan.services.billing!;
    assert.equal(isLinked(service), false);
    assert.deepEqual([service.database, service.tables], [null, []]);
    assert.deepEqual(service.rollout.steps, [10_000]);
    assert.ok(service.routes.every(({ onMonolith, shadow }) => !onMonolith && !shadow));
  });

  test('may have a hyphen in its name, since no replication slot is named after it', () => {
    assert.deepEqual(validatePlan(aPlan({ services: { 'billing-desk': billing } })).errors, []);
    const taken = validatePlan(aPlan({ services: { 'auth-desk': aPlan().services.auth! } })).errors;
    assert.match(taken[0]!.message, /replication slots are named after it/);
  });

  test('may move users in shares instead', () => {
    const slowly = add({ url: 'http://a:1', routes: billing.routes, rollout: { steps: ['5%', '100%'] } });
    const { services } = resolvePlan(aPlan({ services: { slowly } }));
    assert.deepEqual(services.slowly!.rollout.steps, [500, 10_000]);
  });

  test('is waited for by no link, at whatever stage it stands', () => {
    const plan = resolvePlan(aPlan({ services: { billing } }));
    for (const stage of ['monolith', 'shadowing', 'canary', 'migrated'] as const) {
      const { routes } = buildRouteTable(plan, { billing: { stage, share: 5_000 } }, 1);
      for (const { settle } of routes) assert.deepEqual(settle, { monolith: [], service: [] }, stage);
    }
  });
});

describe('a service that is taken out of the monolith', () => {
  const errors = (change: Parameters<typeof aService>[1]) =>
    validatePlan(aPlan({ services: { auth: extract(aService('auth', change)) } })).errors.map(
      ({ path, message }) => `${path} ${message}`,
    );

  test('takes over no write without the rows that it writes: a fence over no table is refused', () => {
    const [refused] = errors({ routes: [aRoute('PUT /me', 'token.sub')], tables: [] });
    assert.match(
      refused!,
      /^services\.auth\.routes\[0\]\.route takes over a write .* no fence could bring it over/,
    );
    assert.deepEqual(errors({ routes: [aRoute('PUT /me', 'token.sub', { writes: [] })], tables: [] }), []);
    assert.deepEqual(errors({ routes: [aRoute('GET /me', 'token.sub')], tables: [] }), []);
  });

  test('names the database that its tables go to', () => {
    const plan = aPlan();
    delete plan.services.auth!.database;
    const { errors } = validatePlan(plan);
    assert.deepEqual(
      errors.map(({ path, message }) => `${path} ${message}`),
      ['services.auth.database is missing: the rows of its tables go there'],
    );
  });
});
