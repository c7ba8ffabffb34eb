import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { applyGatewaySchema } from '@banyan/gateway';
import type { Stage } from '@banyan/plan/stages';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import pino from 'pino';
import * as store from '../control/store/store.ts';
import { drainsIn } from '../rollout/state.ts';
import { type BankDatabases, bankPlan } from '../testing/bank-plan.ts';
import { balancesIn, KEYS, world } from '../testing/facts-world.ts';
import { startApplier } from './applier.ts';

/** Other moments: SEED=2. */
const SEED = Number(process.env.SEED ?? 1);
const KILLS = 4;
const BACKLOG = 300;

/** Monolith and service with facts, and the control database that says at which stage the service is. */
async function bank(t: TestContext) {
  const at = await world(t, 'bank');
  const control = await (await testServer()).database('control');
  const state = createPool(control, { max: 3 });
  // Breaks with the monolith on purpose.
  at.legacy.on('error', () => {});
  await applyGatewaySchema(state);
  await store.applyControlSchema(state);
  await store.ensureServices(state, ['bank']);
  t.after(() => state.end());
  const databases: BankDatabases = { monolith: at.forward.source, service: at.forward.target, control };
  const service = bankPlan(databases).services.bank!;
  const stateOf = async () => (await store.readServices(state))[0]!;
  return {
    ...at,
    state,
    databases,
    stateOf,
    /** As the controller does. */
    async enter(stage: Stage) {
      await store.enterStage(state, 'bank', {
        stage,
        share: 0,
        version: 1,
        draining: drainsIn(stage, service),
      });
      await store.announce(state);
    },
    async until(holds: () => Promise<boolean>) {
      while (!(await holds())) await delay(10, undefined, { signal: t.signal });
    },
    async streaming() {
      const { rows } = await state.query(
        `SELECT FROM control.links WHERE link = 'bank.forward' AND status ->> 'state' = 'streaming'`,
      );
      return rows.length === 1;
    },
    /** Of account 1: facts begin with a change that the stream has brought past the end of the copy. */
    async firstFact(): Promise<{ balance: number }> {
      for (;;) {
        await at.legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id = 1');
        const { rows } = await at.service.query(
          `SELECT (message #>> '{data,balance}')::int AS balance FROM banyan_events.outbox ORDER BY seq LIMIT 1`,
        );
        if (rows[0]) return rows[0];
        await delay(10, undefined, { signal: t.signal });
      }
    },
    async drained() {
      return !(await stateOf()).draining;
    },
    /** Nothing of the link is left. */
    async dropped() {
      const { rows } = await at.legacy.query(
        `SELECT FROM pg_replication_slots WHERE slot_name LIKE 'banyan%' AND database = current_database()`,
      );
      return rows.length === 0;
    },
  };
}

test('all that the monolith did before a service came back to it is told exactly once, whenever the applier is killed', {
  timeout: 240_000,
}, async (t) => {
  const at = await bank(t);
  let applier = await spawnApplier(at.databases);
  at.atEnd.push(() => kill(applier));
  await at.enter('copying');
  await at.until(at.streaming);
  const first = await at.firstFact();
  const begun = new Map((await balancesIn(at.legacy)).set(1, first.balance - 1));

  // A row that somebody has locked: all that follows it waits.
  const blocker = await at.service.connect();
  await blocker.query('BEGIN; SELECT FROM accounts WHERE id = 2 FOR UPDATE');
  await at.legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id = 2');
  for (let n = 0; n < BACKLOG; n++)
    await at.legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [1 + (n % KEYS)]);
  const atTheStep = await balancesIn(at.legacy);
  await at.enter('monolith');
  for (const ms of fc.sample(fc.integer({ min: 0, max: 400 }), { numRuns: KILLS, seed: SEED })) {
    await delay(ms);
    await kill(applier);
    applier = await spawnApplier(at.databases);
  }
  assert.equal(await at.drained(), false);
  await blocker.query('ROLLBACK');
  blocker.release();
  await at.until(at.drained);
  await kill(applier);
  applier = await spawnApplier(at.databases);
  await at.until(at.dropped);
  await at.legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id = 3');

  // Who publishes is the service: its relay was not there until now.
  at.relay();
  await at.delivered();
  const told = Map.groupBy(at.got, ({ data }) => data.id as number);
  for (const [id, balance] of atTheStep) {
    const from = begun.get(id)!;
    assert.deepEqual(
      (told.get(id) ?? []).map(({ data }) => data.balance),
      Array.from({ length: balance - from }, (_, n) => from + 1 + n),
      `of ${id}`,
    );
  }
  assert.deepEqual((await at.stateOf()).reason, '');
});

test('a source that is away does not keep a service from leaving the monolith again, and what may be missing is said', {
  timeout: 120_000,
}, async (t) => {
  const at = await bank(t);
  const applier = await startApplier({
    plan: bankPlan(at.databases, { fenceLimitMs: 50 }),
    log: pino({ level: 'silent' }),
  });
  at.atEnd.push(() => applier.stop());
  await at.enter('copying');
  await at.until(at.streaming);
  await at.firstFact();
  const name = new URL(at.databases.monolith).pathname.slice(1);
  at.atEnd.push(() => at.service.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`));
  await at.state.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await at.state.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  await at.enter('monolith');
  await at.until(at.drained);
  const { reason, stage } = await at.stateOf();
  assert.equal(stage, 'monolith');
  assert.match(
    reason,
    /dropped before it had brought all .*public\.accounts after position .*may be missing/,
  );
  const [step] = await store.readSteps(at.state, 'bank', 1);
  assert.deepEqual(
    [step!.from, step!.to, step!.outcome, step!.reason],
    ['monolith', 'monolith', 'failed', reason],
  );
  await at.state.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await at.until(at.dropped);
});

test('a service that is called back before its rows are copied has told nothing, and waits for nothing', {
  timeout: 120_000,
}, async (t) => {
  const at = await bank(t);
  // The copy waits for it.
  const blocker = await at.service.connect();
  await blocker.query('BEGIN; LOCK accounts IN SHARE MODE');
  const applier = await startApplier({ plan: bankPlan(at.databases), log: pino({ level: 'silent' }) });
  at.atEnd.push(() => applier.stop());
  await at.enter('copying');
  await at.until(async () => !(await at.dropped()));
  await at.enter('monolith');
  await at.until(at.drained);
  assert.equal((await at.stateOf()).reason, '');
  await blocker.query('ROLLBACK');
  blocker.release();
  await at.until(at.dropped);
});

async function spawnApplier(databases: BankDatabases): Promise<ChildProcess> {
  const child = fork(new URL('../testing/bank-applier.ts', import.meta.url), [JSON.stringify(databases)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new AbortController();
  await Promise.race([
    once(child, 'message', { signal: ended.signal }),
    once(child, 'exit', { signal: ended.signal }).then(([code]) => assert.fail(`the applier ended: ${code}`)),
  ]);
  ended.abort();
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  if (child.kill('SIGKILL')) await exited;
}
