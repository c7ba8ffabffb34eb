import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { abortFence, applyGatewaySchema, readTable } from '@banyan/gateway';
import { resolvePlan } from '@banyan/plan';
import { FULL_SHARE } from '@banyan/plan/stages';
import { aPlan } from '@banyan/plan/testing';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import pino from 'pino';
import type { ServiceState } from '../../rollout/state.ts';
import * as store from '../store/store.ts';
import type { ApplierClient } from './applier-client.ts';
import { ClockSteps } from './clock-steps.ts';
import { fencedStep, type Moving, type StepContext } from './fenced-step.ts';
import { publishIfChanged } from './route-tables.ts';

/** A control database of the plan's two services; what a step asks of others is told in order. */
async function aControlDatabase(t: TestContext) {
  const server = await testServer();
  const pool = createPool(await server.database('control'), { max: 4 });
  t.after(() => pool.end());
  const plan = resolvePlan(aPlan());
  await applyGatewaySchema(pool);
  await store.applyControlSchema(pool);
  await store.ensureServices(pool, Object.keys(plan.services));
  await withTransaction(pool, (client) => publishIfChanged(client, plan));
  await store.enterStage(pool, 'users', { stage: 'shadowing', share: 0, version: 1 });
  const asked: string[] = [];
  const epoch = await store.nextApplierEpoch(pool);
  const applier: ApplierClient = {
    async fence({ fences, fromShare, toShare }) {
      asked.push(
        `barrier of ${fences.map(({ service }) => service).join(' and ')} from ${fromShare} to ${toShare}`,
      );
      return { epoch, ms: 1 };
    },
  };
  const locked = (what: string) => async () => {
    const share = (await readTable(pool))!.services.users!.share;
    asked.push(`${what} while the gateways go by ${share}`);
  };
  const context: StepContext = {
    plan,
    pool,
    applier,
    writeLocks: {
      install: locked('lock installed'),
      set: (_service, share) => locked(`lock set to ${share}`)(),
      reconcile: async () => {},
      close: async () => {},
    },
    clock: new ClockSteps(),
    log: pino({ level: 'silent' }),
  };
  return { pool, context, asked };
}

async function stateOf(pool: pg.Pool, name = 'users'): Promise<ServiceState> {
  return (await store.readServices(pool)).find(({ service }) => service === name)!;
}

async function moving(pool: pg.Pool, why: string, names = ['users']): Promise<Moving[]> {
  return await Promise.all(names.map(async (name) => ({ state: await stateOf(pool, name), why })));
}

/** All that a step could have switched. */
async function switched(pool: pg.Pool) {
  const { stage, share, evidenceVersion } = await stateOf(pool);
  const { rows: open } = await pool.query(`SELECT FROM control.fences WHERE state = 'holding'`);
  const table = (await readTable(pool))!;
  return { stage, share, evidenceVersion, open: open.length, table };
}

/** A pool whose statements that open fences are run, and answered, as `how` says. */
function answeringOpenings(pool: pg.Pool, how: (open: () => Promise<unknown>) => Promise<unknown>): pg.Pool {
  return new Proxy(pool, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (name !== 'query') return member.bind?.(target) ?? member;
      return (text: string, values?: unknown[]) => {
        const run = () => target.query(text, values);
        return /INSERT INTO control\.fences[^;]*pg_notify/.test(text) ? how(run) : run();
      };
    },
  });
}

/** A gateway worker that lives, and never acknowledges a fence. */
async function aDeafWorker(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO control.workers (id, lease_until, version) VALUES ('deaf', clock_timestamp() + interval '1 minute', 1)`,
  );
}

test('a step up locks the keys on the monolith before it asks for the barrier, and refuses their writes after the switch', async (t) => {
  const { pool, context, asked } = await aControlDatabase(t);
  assert.equal(await fencedStep(context, await moving(pool, 'it is good'), 1_000), true);
  assert.deepEqual(asked, [
    'lock installed while the gateways go by 0',
    'barrier of users from 0 to 1000',
    'lock set to 1000 while the gateways go by 1000',
  ]);
  const { stage, share, open, table } = await switched(pool);
  assert.deepEqual([stage, share, open, table.services.users!.share], ['canary', 1_000, 0, 1_000]);
  const [step] = await store.readSteps(pool, 'users', 1);
  assert.deepEqual([step!.from, step!.to, step!.outcome], ['shadowing', 'canary 10%', 'done']);
  assert.ok(step!.fenceMs! >= 0);
});

test('a step back lets the monolith take the writes before they come to it', async (t) => {
  const { pool, context, asked } = await aControlDatabase(t);
  await fencedStep(context, await moving(pool, 'it is good'), FULL_SHARE);
  asked.length = 0;
  assert.equal(await fencedStep(context, await moving(pool, 'it is not'), 0), true);
  assert.deepEqual(asked, [
    'barrier of users from 10000 to 0',
    'lock set to 0 while the gateways go by 10000',
  ]);
  assert.deepEqual((await stateOf(pool)).stage, 'shadowing');
});

const FAILURES: Record<string, (world: Awaited<ReturnType<typeof aControlDatabase>>) => Promise<RegExp>> = {
  'a worker does not acknowledge': async ({ pool, context }) => {
    await aDeafWorker(pool);
    context.plan.services.users!.rollout.fenceLimitMs = 100;
    return /no acknowledgement of deaf/;
  },
  'the answer to the opening of its fence is lost': async ({ context }) => {
    context.pool = answeringOpenings(context.pool, async (open) => {
      await open();
      throw new Error('Connection terminated unexpectedly');
    });
    return /Connection terminated unexpectedly/;
  },
  'the lock cannot be installed': async ({ context }) => {
    context.writeLocks.install = () => Promise.reject(new Error('canceling statement due to lock timeout'));
    return /lock timeout/;
  },
  'the barrier does not come in time': async ({ context }) => {
    context.applier.fence = () => Promise.reject(new Error('applier answered 503: the link lags'));
    return /the link lags/;
  },
  'the applier has restarted since its barrier': async ({ pool, context }) => {
    const { fence } = context.applier;
    context.applier.fence = async (asked) => {
      const reached = await fence(asked);
      await store.nextApplierEpoch(pool);
      return reached;
    };
    return /the applier restarted during the step/;
  },
  'the time is over when the barrier has come': async ({ pool, context }) => {
    const { fence } = context.applier;
    context.applier.fence = async (asked) => {
      await pool.query(`UPDATE control.fences SET deadline = clock_timestamp() WHERE id = $1`, [
        asked.fences[0]!.id,
      ]);
      return await fence(asked);
    };
    return /past its deadline/;
  },
  'the clock of the control database is set meanwhile': async ({ pool, context }) => {
    const now = performance.now();
    const database = (await store.databaseClock(pool)) - 60_000;
    context.clock.look({ database, asked: now, answered: now });
    return /the clock of the control database was set/;
  },
};

for (const [what, breakIt] of Object.entries(FAILURES)) {
  test(`nothing is switched, and the next try waits, when ${what}`, async (t) => {
    const world = await aControlDatabase(t);
    const { pool, context } = world;
    const before = await switched(pool);
    const why = await breakIt(world);
    assert.equal(await fencedStep(context, await moving(pool, 'it is good'), 1_000), false);
    assert.deepEqual(await switched(pool), before);
    const [step] = await store.readSteps(pool, 'users', 1);
    assert.deepEqual([step!.outcome, why.test(step!.reason)], ['failed', true], step!.reason);
    const { failedSteps, retryAt, message } = await stateOf(pool);
    assert.deepEqual([failedSteps, message], [1, step!.reason]);
    assert.ok(retryAt! > new Date(step!.endedAt!));
  });
}

test('an opening that is given up, and comes to the database after all, holds nobody', async (t) => {
  const { pool, context } = await aControlDatabase(t);
  let late: () => Promise<unknown> = async () => assert.fail('no fence was to be opened');
  const lossy = answeringOpenings(pool, async (open) => {
    late = open;
    throw new Error('Connection terminated unexpectedly');
  });
  assert.equal(await fencedStep({ ...context, pool: lossy }, await moving(pool, 'good'), 1_000), false);
  await assert.rejects(late());
  assert.equal((await switched(pool)).open, 0);
  assert.equal(await fencedStep(context, await moving(pool, 'good'), 1_000), true, 'the next one is free');
});

test('a commit whose answer is lost counts as what its row says', async (t) => {
  const { pool, context } = await aControlDatabase(t);
  const lossy = new Proxy(pool, {
    get(target, name) {
      if (name !== 'connect') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
      return async () => {
        const client = await target.connect();
        const commit = (client as unknown as { commit(): Promise<unknown> }).commit.bind(client);
        Object.assign(client, {
          async commit() {
            await commit();
            throw new Error('Connection terminated unexpectedly');
          },
        });
        return client;
      };
    },
  });
  assert.equal(await fencedStep({ ...context, pool: lossy }, await moving(pool, 'it is good'), 1_000), true);
  const { share, table } = await switched(pool);
  assert.deepEqual([share, table.services.users!.share], [1_000, 1_000]);
  assert.equal((await store.readSteps(pool, 'users', 1))[0]!.outcome, 'done');
});

/** The pairs of shares by which the gateways went, one for each route table in which they differ from the one before. */
async function sharesOfBoth(pool: pg.Pool): Promise<number[][]> {
  const { rows } = await pool.query(
    `SELECT body -> 'services' AS services FROM control.route_tables ORDER BY version`,
  );
  const pairs = rows.map(({ services }): number[] => [services.auth.share, services.users.share]);
  return pairs.filter((pair, index) => pair.join() !== pairs[index - 1]?.join());
}

test('services that move together change in one route table, up and back', async (t) => {
  const { pool, context, asked } = await aControlDatabase(t);
  const both = ['auth', 'users'];
  await store.enterStage(pool, 'auth', { stage: 'shadowing', share: 0, version: 1 });
  assert.equal(await fencedStep(context, await moving(pool, 'it is good', both), 1_000), true);
  assert.ok(asked.includes('barrier of auth and users from 0 to 1000'), asked.join());
  assert.equal(await fencedStep(context, await moving(pool, 'it is not', both), 0), true);
  assert.deepEqual(await sharesOfBoth(pool), [
    [0, 0],
    [1_000, 1_000],
    [0, 0],
  ]);
  for (const name of both) {
    assert.deepEqual([(await stateOf(pool, name)).stage], ['shadowing']);
    const steps = await store.readSteps(pool, name, 10);
    assert.deepEqual(
      steps.map(({ to, outcome }) => [to, outcome]),
      [
        ['shadowing', 'done'],
        ['canary 10%', 'done'],
      ],
    );
  }
});

test('when one of the fences of services that move together is aborted, none of them moves', async (t) => {
  const { pool, context } = await aControlDatabase(t);
  const both = ['auth', 'users'];
  await store.enterStage(pool, 'auth', { stage: 'shadowing', share: 0, version: 1 });
  const { fence } = context.applier;
  for (const index of [0, 1]) {
    context.applier.fence = async (asked) => {
      await abortFence(pool, asked.fences[index]!.id);
      return await fence(asked);
    };
    assert.equal(await fencedStep(context, await moving(pool, 'it is good', both), 1_000), false);
    const { rows } = await pool.query('SELECT DISTINCT state FROM control.fences');
    assert.deepEqual(rows, [{ state: 'aborted' }]);
    assert.deepEqual(await sharesOfBoth(pool), [[0, 0]]);
    for (const name of both) assert.deepEqual((await stateOf(pool, name)).failedSteps, index + 1);
  }
});
