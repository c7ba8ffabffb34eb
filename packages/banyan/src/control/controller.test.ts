import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { applyGatewaySchema, type Outcome, openFences, readTable } from '@banyan/gateway';
import { add, type ResolvedPlan, resolvePlan } from '@banyan/plan';
import { FULL_SHARE } from '@banyan/plan/stages';
import { aPlan } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import pino from 'pino';
import type { ServiceState } from '../rollout/state.ts';
import { type Controller, startController } from './controller.ts';
import type { ApplierClient } from './step/applier-client.ts';
import * as store from './store/store.ts';
import { listenForChanges } from './store/wake.ts';

const log = pino({ level: 'silent' });

/** A plan with one service that was added, so that nothing but the control database is needed. */
async function aWorld(t: TestContext) {
  const server = await testServer();
  const [monolith, control] = [await server.database('monolith'), await server.database('control')];
  const pool = createPool(control, { max: 3 });
  await applyGatewaySchema(pool);
  await store.applyControlSchema(pool);
  const plan = resolvePlan(
    aPlan({
      monolith: { url: 'http://127.0.0.1:1', database: monolith, health: null },
      control: { database: control },
      services: {
        billing: add({
          url: 'http://127.0.0.1:1',
          health: null,
          routes: [{ route: 'POST /invoices', key: 'token.sub' }],
          rollout: { observeSeconds: 0, minRequests: 0 },
        }),
      },
    }),
  );
  await store.ensureServices(pool, ['billing']);
  const applier: ApplierClient = {
    fence: async () => {
      const { rows } = await pool.query<{ epoch: string }>('SELECT epoch FROM control.applier');
      return { epoch: Number(rows[0]!.epoch), ms: 0 };
    },
  };
  const running = new Set<Controller>();
  const start = async () => {
    const controller = await startController({ plan, applier, log });
    running.add(controller);
    return controller;
  };
  const stop = async (controller: Controller) => {
    running.delete(controller);
    await controller.stop();
  };
  t.after(async () => {
    for (const controller of running) await stop(controller);
    await pool.end();
  });
  return { pool, plan, applier, start, stop };
}

async function stateOf(pool: pg.Pool): Promise<ServiceState> {
  return (await store.readServices(pool))[0]!;
}

async function until(t: TestContext, pool: pg.Pool, holds: (state: ServiceState) => boolean) {
  for (;;) {
    const state = await stateOf(pool);
    if (holds(state)) return state;
    await delay(10, undefined, { signal: t.signal });
  }
}

async function aimAt(pool: pg.Pool, stage: 'canary' | 'migrated', share: number): Promise<void> {
  await store.setTarget(pool, 'billing', { stage, share }, { reason: 'asked for' });
  await store.announce(pool);
}

test('a controller that starts closes what a killed one left, and goes on to where the service was going', async (t) => {
  const { pool, start } = await aWorld(t);
  await store.enterStage(pool, 'billing', { stage: 'canary', share: 1_000, version: 1 });
  await aimAt(pool, 'migrated', FULL_SHARE);
  const step = { service: 'billing', from: 'canary 10%', to: 'canary 50%', reason: 'good' };
  const id = await store.beginStep(pool, step);
  const fenceId = randomUUID();
  const fences = [{ id: fenceId, service: 'billing' }];
  await openFences(pool, { fences, fromShare: 1_000, toShare: 5_000, limitMs: 60_000 });
  await start();
  await until(t, pool, ({ stage }) => stage === 'migrated');
  const left = (await store.readSteps(pool, 'billing', 100)).find((one) => one.id === id)!;
  assert.deepEqual([left.outcome, left.reason], ['failed', 'good (controller restarted)']);
  const { rows } = await pool.query('SELECT state FROM control.fences WHERE id = $1', [fenceId]);
  assert.deepEqual(rows, [{ state: 'aborted' }]);
  assert.equal((await readTable(pool))!.services.billing!.share, FULL_SHARE);
});

test('there is one controller at a time: a second one waits, and goes on when the first has ended', async (t) => {
  const { pool, start, stop } = await aWorld(t);
  const first = await start();
  let second: Controller | undefined;
  const starting = start().then((controller) => {
    second = controller;
  });
  while (!(await isWaitedFor(pool))) await delay(10, undefined, { signal: t.signal });
  assert.equal(second, undefined);
  await stop(first);
  await starting;
  await aimAt(pool, 'canary', 1_000);
  assert.equal((await until(t, pool, ({ share }) => share === 1_000)).stage, 'canary');
});

test('while the applier does not answer steps fail one after another, nothing is switched, and then it goes on', async (t) => {
  const { pool, applier, start } = await aWorld(t);
  const { fence } = applier;
  applier.fence = () => Promise.reject(new Error('connect ECONNREFUSED'));
  await start();
  await aimAt(pool, 'canary', 1_000);
  const failed = await until(t, pool, ({ failedSteps }) => failedSteps >= 2);
  assert.deepEqual([failed.share, failed.message], [0, 'connect ECONNREFUSED']);
  assert.equal((await readTable(pool))!.services.billing!.share, 0);
  applier.fence = fence;
  await until(t, pool, ({ share }) => share === 1_000);
});

test('a service whose requests fail goes back by itself, says why, and stays there until somebody asks', async (t) => {
  const { pool, plan, start } = await aWorld(t);
  await start();
  await aimAt(pool, 'canary', FULL_SHARE);
  await until(t, pool, ({ share }) => share === FULL_SHARE);
  await failRequests(pool, plan);
  const back = await until(t, pool, ({ stage }) => stage === 'monolith');
  assert.match(back.paused!, /fail/);
  assert.equal(back.reason, back.paused);
  assert.equal((await readTable(pool))!.services.billing!.share, 0);
  await aimAt(pool, 'canary', 1_000);
  await until(t, pool, ({ share }) => share === 1_000);
});

/** Whether somebody waits for the lock that there is one of in a control database. */
async function isWaitedFor(pool: pg.Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rowCount! > 0;
}

/** What a worker of the gateway writes of the last two seconds: half of many requests failed. */
async function failRequests(pool: pg.Pool, plan: ResolvedPlan): Promise<void> {
  const { version } = (await readTable(pool))!;
  const outcome: Outcome = {
    route: plan.services.billing!.routes[0]!.id,
    side: 'service',
    requests: 400,
    failures: 200,
    rescued: 0,
    compared: 0,
    mismatched: 0,
    latency: { '10': 400 },
    reasons: { 'status 500': 200 },
  };
  await pool.query(
    `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes)
     VALUES ('billing', 2000, clock_timestamp(), $1, 'one', $2)`,
    [version, JSON.stringify([outcome])],
  );
  await store.announce(pool);
}

test('what gateway workers tell each other wakes nobody else', async (t) => {
  const url = await (await testServer()).database('control');
  const pool = createPool(url, { max: 1 });
  const wake = await listenForChanges(url, 'test');
  t.after(async () => {
    await wake.close();
    await pool.end();
  });
  let announced = false;
  const woken = wake.next(60_000).then(() => announced);
  for (let told = 0; told < 10; told++) await pool.query(`NOTIFY banyan, 'pins'; NOTIFY banyan, 'ack'`);
  announced = true;
  await store.announce(pool);
  assert.equal(await woken, true);
});
