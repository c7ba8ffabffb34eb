import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { applyGatewaySchema, type Outcome, rollUp } from '@banyan/gateway';
import { type ResolvedPlan, resolvePlan } from '@banyan/plan';
import { aPlan, aService, aTable } from '@banyan/plan/testing';
import { createPool, withPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { installGuard, setGuard } from '@banyan/replication';
import type pg from 'pg';
import { decide } from '../../rollout/decide.ts';
import { Ledger } from '../../rollout/evidence/ledger.ts';
import { takeBaseline } from '../../rollout/evidence/observe.ts';
import { publishIfChanged } from '../step/route-tables.ts';
import * as store from '../store/store.ts';
import { Baselines } from './baselines.ts';
import { collectFacts, type Sources } from './facts.ts';
import { RefusedWrites } from './refused-writes.ts';

const START = Date.parse('2026-01-05T00:00:00Z');
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;

type World = Sources & { pool: pg.Pool; plan: ResolvedPlan };

async function world(t: TestContext, plan = resolvePlan(aPlan())): Promise<World> {
  const server = await testServer();
  const pool = createPool(await server.database('control'), { max: 4 });
  t.after(() => pool.end());
  await applyGatewaySchema(pool);
  await store.applyControlSchema(pool);
  await store.ensureServices(pool, Object.keys(plan.services));
  const unlocked = { ...plan, monolith: { ...plan.monolith, writeLocks: false } };
  return {
    pool,
    plan,
    ledger: new Ledger(pool),
    baselines: new Baselines(pool),
    refusals: new RefusedWrites(unlocked, pool),
  };
}

function outcome(requests: number, failures: number, change: Partial<Outcome> = {}): Outcome {
  return {
    route: 'GET /users/me',
    side: 'service',
    requests,
    failures,
    rescued: 0,
    compared: 0,
    mismatched: 0,
    latency: { '10': requests },
    reasons: failures > 0 ? { 'status 500': failures } : {},
    ...change,
  };
}

async function write(pool: pg.Pool, spanMs: number, starts: number[], outcomes: Outcome[], version = 1) {
  await pool.query(
    `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes)
     SELECT 'users', $1, starts, $2, CASE WHEN $1 = 2000 THEN 'one' ELSE '' END, $4 FROM unnest($3::timestamptz[]) AS starts`,
    [spanMs, version, starts.map((at) => new Date(at)), JSON.stringify(outcomes)],
  );
}

function every(ms: number, from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / ms)) }, (_, n) => from + n * ms);
}

async function standAt(pool: pg.Pool, stage: string, share: number, since: number, version = 1) {
  await pool.query(
    `UPDATE control.services SET stage = $1, share = $2, target_stage = $1, target_share = $2, since = $3, evidence_version = $4
      WHERE service = 'users'`,
    [stage, share, new Date(since), version],
  );
}

async function decideAt(sources: World, now: number) {
  const facts = (await collectFacts(sources, new Date(now))).find(({ state }) => state.service === 'users')!;
  return { facts, decision: decide(facts) };
}

for (const perSecond of [20, 2]) {
  test(`what was good for a week and fails for 20 s has gone back, at ${perSecond} requests a second`, async (t) => {
    const w = await world(t);
    await standAt(w.pool, 'migrated', 10_000, START);
    const fails = START + WEEK;
    // The week as the roll-up has left it, then the last minutes as the workers write them.
    await write(w.pool, HOUR, every(HOUR, fails - 25 * HOUR, fails - 3 * HOUR), [
      outcome(perSecond * 3_600, 0),
    ]);
    await write(w.pool, MINUTE, every(MINUTE, fails - 3 * HOUR, fails - 10 * MINUTE), [
      outcome(perSecond * 60, 0),
    ]);
    await write(w.pool, 2_000, every(2_000, fails - 10 * MINUTE, fails), [outcome(perSecond * 2, 0)]);
    await rollUp(w.pool, fails);
    assert.equal((await decideAt(w, fails)).decision.do, 'wait');

    const went: number[] = [];
    for (let now = fails; now < fails + 20 * SECOND; now += 2 * SECOND) {
      await write(w.pool, 2_000, [now], [outcome(perSecond * 2, perSecond * 2)]);
      const { decision } = await decideAt(w, now + 2 * SECOND);
      if (decision.do === 'rollBack') went.push((now + 2 * SECOND - fails) / SECOND);
    }
    assert.ok(went[0]! <= 10, `after ${went[0]} s`);
    const { facts } = await decideAt(w, fails + 21 * SECOND);
    assert.equal(facts.evidence.requests.service, perSecond * 3_600 + perSecond * 20);
  });
}

test('what failed a week ago is forgotten', async (t) => {
  const w = await world(t);
  await standAt(w.pool, 'migrated', 10_000, START);
  await write(w.pool, HOUR, [START], [outcome(100, 100)]);
  await write(w.pool, MINUTE, every(MINUTE, START + WEEK - HOUR, START + WEEK), [outcome(100, 0)]);
  const { facts, decision } = await decideAt(w, START + WEEK);
  assert.equal(decision.do, 'wait');
  assert.deepEqual(facts.evidence.failures, { monolith: 0, service: 0 });
});

test('evidence of a step is what was counted under its route table, through roll-ups and restarts', async (t) => {
  const w = await world(t);
  await standAt(w.pool, 'canary', 5_000, START + 10 * SECOND, 7);
  await write(w.pool, 2_000, every(2_000, START, START + 10 * SECOND), [outcome(10, 10)], 6);
  await write(w.pool, 2_000, every(2_000, START + 10 * SECOND, START + 40 * SECOND), [outcome(10, 0)], 7);
  const seen = async (now: number, sources = w) =>
    (await decideAt(sources, now)).facts.evidence.requests.service;
  assert.equal(await seen(START + 40 * SECOND), 150);
  await rollUp(w.pool, START + 3 * MINUTE);
  assert.equal(await seen(START + 40.5 * SECOND), 150);
  assert.equal(await seen(START + 3 * MINUTE), 150);
  assert.equal(await seen(START + 3 * MINUTE, { ...w, ledger: new Ledger(w.pool) }), 150);
  assert.equal(await seen(START + 3 * HOUR, { ...w, ledger: new Ledger(w.pool) }), 0);
});

test('p95 says when there is none, and when it is over all buckets', async (t) => {
  const w = await world(t);
  await standAt(w.pool, 'canary', 5_000, START);
  await write(w.pool, 2_000, [START], [outcome(4, 0, { latency: { Infinity: 4 } })]);
  const { evidence } = (await decideAt(w, START + 2 * SECOND)).facts;
  assert.deepEqual(evidence.p95Ms, { monolith: null, service: 10_000 });
  assert.deepEqual(evidence.p95Over, { monolith: false, service: true });
});

test('mismatches of the old rules do not count once the plan is corrected', async (t) => {
  const w = await world(t);
  await withTransaction(w.pool, (client) => publishIfChanged(client, w.plan));
  await standAt(w.pool, 'shadowing', 0, START, 1);
  const compared = (mismatched: number) => outcome(0, 0, { compared: 60, mismatched, latency: {} });
  await write(w.pool, 2_000, [START], [compared(9)], 1);
  assert.equal((await decideAt(w, START + 2 * SECOND)).facts.evidence.mismatched, 9);

  const corrected = aPlan();
  corrected.services.users!.routes[0]!.ignore = { fields: ['/updated_at'] };
  const plan = resolvePlan(corrected);
  await withTransaction(w.pool, (client) => publishIfChanged(client, plan));
  await write(w.pool, 2_000, [START + 4 * SECOND], [compared(0)], 2);
  const { evidence } = (await decideAt({ ...w, plan }, START + 6 * SECOND)).facts;
  assert.deepEqual([evidence.compared, evidence.mismatched], [60, 0]);
  const auth = (await store.readServices(w.pool)).find(({ service }) => service === 'auth')!;
  assert.equal(auth.evidenceVersion, 1, 'rules of others have not changed');
});

test('at 100 % a slow machine keeps the service, and a slow service goes back', async (t) => {
  const w = await world(t);
  const at = (ms: number, requests: number) => ({ latency: { [ms]: requests } });
  const unmoved = async (starts: number, ms: number, version: number) =>
    w.pool.query(`INSERT INTO control.evidence VALUES ('', 2000, $1, $2, 'one', $3)`, [
      new Date(starts),
      version,
      JSON.stringify([outcome(100, 0, { route: '(unmatched)', side: 'monolith', ...at(ms, 100) })]),
    ]);
  await standAt(w.pool, 'canary', 5_000, START, 1);
  await write(w.pool, 2_000, [START], [outcome(100, 0, { side: 'monolith', ...at(100, 100) })], 1);
  await unmoved(START, 50, 1);
  await w.ledger.refresh(START + 2 * SECOND);
  const state = (await store.readServices(w.pool)).find(({ service }) => service === 'users')!;
  const now = new Date(START + 2 * SECOND);
  await w.baselines.write('users', takeBaseline(w.ledger, state, { before: null, minRequests: 50, now }));

  const judged = async (version: number, service: number, others: number) => {
    const starts = START + version * MINUTE;
    await standAt(w.pool, 'canary', 10_000, starts, version);
    await write(w.pool, 2_000, [starts + 60 * SECOND], [outcome(200, 0, at(service, 200))], version);
    await unmoved(starts + 60 * SECOND, others, version);
    return (await decideAt({ ...w, ledger: new Ledger(w.pool) }, starts + 62 * SECOND)).decision;
  };
  assert.equal((await judged(10, 1_500, 750)).do, 'wait');
  const slow = await judged(20, 1_500, 50);
  assert.equal(slow.do, 'rollBack');
  assert.match(slow.do === 'rollBack' ? slow.why : '', /what did not move went from 49 ms to 49 ms/);
});

test('a write that the lock refused sends the service back, one that a crash made up does not', async (t) => {
  const server = await testServer();
  const monolith = await server.database('monolith');
  const notes = aTable('notes', ['body']);
  const plan = resolvePlan(
    aPlan({
      monolith: { ...aPlan().monolith, database: monolith },
      services: { users: aService('users', { tables: [notes] }) },
    }),
  );
  const w = await world(t, plan);
  const legacy = createPool(monolith, { max: 2 });
  const refusals = new RefusedWrites(plan, w.pool);
  t.after(async () => {
    await refusals.close();
    await legacy.end();
  });
  await legacy.query(
    `CREATE TABLE notes (id text PRIMARY KEY, body text); INSERT INTO notes VALUES ('1', 'a')`,
  );
  const { tables } = plan.services.users!;
  await installGuard(legacy, { service: 'users', tables, salt: 'users', jobs: ['cron'] });
  await setGuard(legacy, { service: 'users', share: 10_000 });
  await standAt(w.pool, 'migrated', 10_000, START);
  const look = async (second: number, by = refusals) => {
    await by.look(await store.readServices(w.pool), START + second * SECOND);
    return (await decideAt({ ...w, refusals: by }, START + second * SECOND)).decision;
  };
  assert.equal((await look(1)).do, 'wait');
  await w.pool.query(`UPDATE control.refusals SET life = 'before the crash'`);
  await assert.rejects(legacy.query(`UPDATE notes SET body = 'b'`), { code: 'BA001' });
  const restarted = new RefusedWrites(plan, w.pool);
  t.after(() => restarted.close());
  assert.equal((await look(2, restarted)).do, 'wait');
  await assert.rejects(
    withPool(monolith, { applicationName: 'cron' }, (cron) => cron.query(`UPDATE notes SET body = 'c'`)),
    { code: 'BA001' },
  );
  assert.equal(
    (await look(3, restarted)).do,
    'wait',
    "what a lock refuses to the monolith's own jobs is no reason",
  );
  assert.equal(restarted.excusedOf('users'), 1);
  await assert.rejects(legacy.query(`DELETE FROM notes`), { code: 'BA001' });
  const decision = await look(4, restarted);
  assert.equal(decision.do, 'rollBack');
  assert.match(
    decision.do === 'rollBack' ? decision.why : '',
    /the write lock refused a write of the monolith/,
  );
});

test('a control database of an earlier version is brought up to date with where its services stand', async (t) => {
  const server = await testServer();
  const pool = createPool(await server.database('control'), { max: 2 });
  t.after(() => pool.end());
  await pool.query(`
    CREATE SCHEMA control;
    CREATE TABLE control.services (service text PRIMARY KEY, stage text NOT NULL DEFAULT 'monolith',
      share integer NOT NULL DEFAULT 0, target_stage text NOT NULL DEFAULT 'monolith', target_share integer NOT NULL DEFAULT 0,
      paused text, message text NOT NULL DEFAULT '', since timestamptz NOT NULL DEFAULT now(),
      failed_steps integer NOT NULL DEFAULT 0, retry_at timestamptz, forced boolean NOT NULL DEFAULT false);
    INSERT INTO control.services (service, stage, share) VALUES ('users', 'canary', 1000)`);
  await applyGatewaySchema(pool);
  await store.applyControlSchema(pool);
  await store.ensureServices(pool, ['auth', 'users']);
  const states = await store.readServices(pool);
  assert.deepEqual(
    states.map(({ service, stage, share, evidenceVersion }) => [service, stage, share, evidenceVersion]),
    [
      ['auth', 'monolith', 0, 0],
      ['users', 'canary', 1_000, 0],
    ],
  );
});
