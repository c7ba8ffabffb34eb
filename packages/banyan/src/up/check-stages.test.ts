import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyGatewaySchema, publishTable } from '@banyan/gateway';
import { type PlanService, type ResolvedPlan, resolvePlan } from '@banyan/plan';
import type { Stage } from '@banyan/plan/stages';
import { aPlan, aService } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import pino from 'pino';
import { startApplier } from '../applier/applier.ts';
import { startController } from '../control/controller.ts';
import { tableOfStates } from '../control/step/route-tables.ts';
import * as store from '../control/store/store.ts';
import { preflightPlan } from '../preflight/preflight.ts';
import { checkStages } from './check-stages.ts';
import { StartError } from './start-error.ts';

test('a plan that would change sides by itself does not start: a service taken out or renamed, keys dealt anew', async () => {
  const { plan, stands, withServices } = await aSystem();
  const gone = withServices({ orders: aService('orders') });
  const dealtAnew = withServices({ auth: aService('auth', { salt: 'another' }) });
  await checkStages(gone); // nothing has ever started
  for (const [stage, share] of [
    ['canary', 500],
    ['migrated', 10_000],
  ] as const) {
    await stands(stage, share);
    await checkStages(plan);
    await refused(
      checkStages(gone),
      /services\.auth.*auth is at (canary 5%|migrated), but the plan does not name it.*rollback auth/s,
    );
    await refused(checkStages(dealtAnew), /services\.auth\.salt.*salt 'auth', not 'another'.*salt: 'auth'/s);
  }
  const log = pino({ level: 'silent' });
  const applier = { fence: () => Promise.reject(new Error('not asked')) };
  await refused(startApplier({ plan: dealtAnew, log }), /salt/);
  await refused(startController({ plan: dealtAnew, applier, log }), /salt/);
  const found = (await preflightPlan(gone)).filter(({ code }) => code === 'standing');
  assert.deepEqual(
    found.map(({ where, severity }) => [where, severity]),
    [['services.auth', 'error']],
  );
});

test('a retired service stays in the plan, and one that nobody is on may go', async () => {
  const { stands, withServices } = await aSystem();
  const gone = withServices({ orders: aService('orders') });
  await stands('retired', 10_000);
  await refused(checkStages(gone), /auth is at retired.*the monolith does not have its rows/s);
  for (const stage of ['shadowing', 'copying', 'monolith'] as const) {
    await stands(stage, 0);
    await checkStages(gone);
    await checkStages(withServices({ auth: aService('auth', { salt: 'another' }) }));
  }
});

test('services that stand at different stages do not start as ones that leave together', async () => {
  const { stands, withServices } = await aSystem();
  const orders = aService('orders', { together: ['auth'], salt: 'auth' });
  const together = withServices({ auth: aService('auth', { salt: 'auth' }), orders });
  await checkStages(together);
  await stands('shadowing', 0);
  await refused(
    checkStages(together),
    /services\.orders\.together.*orders is at monolith, and auth.*at shadowing/s,
  );
  await stands('monolith', 0);
  await checkStages(together);
});

async function aSystem() {
  const server = await testServer();
  const [control, monolith, service] = await Promise.all(
    ['control', 'monolith', 'auth'].map((name) => server.database(name)),
  );
  const withServices = (services: Record<string, PlanService>): ResolvedPlan =>
    resolvePlan(
      aPlan({
        control: { database: control! },
        monolith: { url: 'http://127.0.0.1:1', database: monolith! },
        services: Object.fromEntries(
          Object.entries(services).map(([name, one]) => [name, { ...one, database: service! }]),
        ),
      }),
    );
  const plan = withServices({ auth: aService('auth') });
  let version = 0;
  /** As a controller of this plan has left it. */
  const stands = async (stage: Stage, share: number) => {
    const pool = createPool(control!, { max: 1 });
    await applyGatewaySchema(pool);
    await store.applyControlSchema(pool);
    await store.ensureServices(pool, ['auth']);
    version += 1;
    await store.enterStage(pool, 'auth', { stage, share, version });
    await publishTable(pool, await tableOfStates(pool, plan, version));
    await pool.end();
  };
  return { plan, stands, withServices };
}

async function refused(start: Promise<unknown>, text: RegExp): Promise<void> {
  await assert.rejects(
    start,
    (error) => error instanceof StartError && text.test(`${error.where} ${error.message} ${error.hint}`),
  );
}
