import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { keysSeen, readEvidence, readFailures, readUnwell } from './evidence.ts';
import { postgresSource } from './postgres-source.ts';
import { prune } from './prune.ts';
import { HOUR_MS, MINUTE_MS, rollUp } from './roll-up.ts';
import type { OutcomeBatch } from './route-table.ts';
import { applyGatewaySchema } from './schema.ts';
import type { Outcome } from './stored-outcome.ts';

const START = Date.parse('2026-01-05T00:00:00Z');

async function database(t: TestContext): Promise<{ pool: pg.Pool; url: string }> {
  const server = await testServer();
  const url = await server.database();
  const pool = createPool(url, { max: 4 });
  t.after(() => pool.end());
  return { pool, url };
}

function anOutcome(change: Partial<Outcome> = {}): Outcome {
  return {
    route: 'GET /me',
    side: 'service',
    requests: 3,
    failures: 1,
    rescued: 1,
    compared: 2,
    mismatched: 0,
    latency: { '5': 2, '10': 1 },
    reasons: { 'status 500': 1 },
    ...change,
  };
}

function aBatch(change: Partial<OutcomeBatch> = {}): OutcomeBatch {
  return { service: 'users', version: 1, ...anOutcome(), ...change };
}

async function insert(pool: pg.Pool, starts: number, worker: string, outcomes: Outcome[], version = 1) {
  await pool.query(
    `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes) VALUES ('users', 2000, $1, $2, $3, $4)`,
    [new Date(starts), version, worker, JSON.stringify(outcomes)],
  );
}

async function total(
  pool: pg.Pool,
): Promise<{ requests: number; rows: number; latency: number; reasons: number }> {
  const rows = await readEvidence(pool, { spansMs: [2_000, MINUTE_MS, HOUR_MS], from: 0 });
  const outcomes = rows.flatMap((row) => row.outcomes);
  const sum = (pick: (outcome: Outcome) => number) => outcomes.reduce((n, outcome) => n + pick(outcome), 0);
  return {
    rows: rows.length,
    requests: sum(({ requests }) => requests),
    latency: sum(({ latency }) => Object.values(latency).reduce((a, b) => a + b, 0)),
    reasons: sum(({ reasons }) => reasons['status 500'] ?? 0),
  };
}

test('outcomes are summed per window, whatever becomes of the answer to a write', async (t) => {
  const { pool, url } = await database(t);
  await applyGatewaySchema(pool);
  const one = postgresSource({ url, workerId: 'one', settleUrl: null, token: '' });
  const two = postgresSource({ url, workerId: 'two', settleUrl: null, token: '' });
  t.after(() => Promise.all([one.close(), two.close()]));
  const report = { outcomes: [aBatch()], failures: [], keys: [], routeKeys: [] };
  await one.reportOutcomes(report);
  await one.reportOutcomes(report);
  await two.reportOutcomes({
    ...report,
    outcomes: [aBatch({ version: 2 }), aBatch({ side: 'monolith', version: 2 })],
  });
  const { requests, latency, reasons } = await total(pool);
  assert.deepEqual({ requests, latency, reasons }, { requests: 12, latency: 12, reasons: 4 });
});

test('a roll-up neither loses nor doubles a count, repeated or with spans that come late', async (t) => {
  const { pool } = await database(t);
  await applyGatewaySchema(pool);
  for (let at = START; at < START + 5 * MINUTE_MS; at += 2_000)
    for (const worker of ['one', 'two'])
      await insert(pool, at, worker, [anOutcome(), anOutcome({ side: 'monolith' })]);
  const before = await total(pool);
  const now = START + 5 * MINUTE_MS + 20_000;
  assert.equal(await rollUp(pool, now), true);
  assert.equal((await total(pool)).rows, 5);
  await insert(pool, START + 2_000, 'late', [anOutcome()]);
  await rollUp(pool, now);
  await rollUp(pool, now);
  const after = await total(pool);
  assert.deepEqual(after, {
    rows: 5,
    requests: before.requests + 3,
    latency: before.latency + 3,
    reasons: before.reasons + 1,
  });
});

test('how many spans there are does not depend on how long the system has been up', async (t) => {
  const { pool } = await database(t);
  await applyGatewaySchema(pool);
  const rows: number[] = [];
  for (let hour = 0; hour < 60; hour++) {
    const starts = START + hour * HOUR_MS;
    await pool.query(
      `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes)
       SELECT 'users', 60000, at, 1, '', $3 FROM generate_series($1::timestamptz, $2::timestamptz, '1 minute') AS at`,
      [new Date(starts), new Date(starts + HOUR_MS - MINUTE_MS), JSON.stringify([anOutcome()])],
    );
    while (!(await rollUp(pool, starts + HOUR_MS))) {}
    rows.push((await total(pool)).rows);
  }
  assert.ok(Math.max(...rows) <= 2 * 60 + 60 + 26, String(Math.max(...rows)));
  assert.equal(rows.at(-1), rows.at(-20));
});

test('spans of a worker whose clock is far ahead do not gather', async (t) => {
  const { pool } = await database(t);
  await applyGatewaySchema(pool);
  await insert(pool, START + MINUTE_MS, 'a minute ahead', [anOutcome()]);
  await insert(pool, START + 365 * 24 * HOUR_MS, 'a year ahead', [anOutcome()]);
  await rollUp(pool, START);
  assert.equal((await total(pool)).rows, 1);
});

test('a long backlog is summed in turns', async (t) => {
  const { pool } = await database(t);
  await applyGatewaySchema(pool);
  for (let minute = 0; minute < 30; minute++)
    await insert(pool, START + minute * MINUTE_MS, 'one', [anOutcome()]);
  const now = START + HOUR_MS;
  assert.equal(await rollUp(pool, now), false);
  assert.equal(await rollUp(pool, now), true);
  assert.equal((await total(pool)).requests, 90);
});

test('a control database of an earlier version is brought up to date, its counts without end dropped', async (t) => {
  const { pool } = await database(t);
  await pool.query(`
    CREATE SCHEMA control;
    CREATE TABLE control.workers (id text PRIMARY KEY, lease_until timestamptz NOT NULL, version bigint NOT NULL,
      started_at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE TABLE control.outcomes (service text NOT NULL, route text NOT NULL, side text NOT NULL, version bigint NOT NULL,
      window_start timestamptz NOT NULL, worker_id text NOT NULL, requests bigint NOT NULL, failures bigint NOT NULL,
      rescued bigint NOT NULL, compared bigint NOT NULL, mismatched bigint NOT NULL, latency jsonb NOT NULL,
      PRIMARY KEY (service, window_start, route, side, version, worker_id));
    INSERT INTO control.workers VALUES ('old', now() + interval '1 minute', 3);
    INSERT INTO control.outcomes VALUES ('users', 'GET /me', 'service', 1, now(), 'old', 1, 0, 0, 0, 0, '{}')`);
  await applyGatewaySchema(pool);
  const { rows } = await pool.query(`SELECT to_regclass('control.outcomes') AS old`);
  assert.equal(rows[0].old, null);
  assert.deepEqual(await readEvidence(pool, { spansMs: [2_000], from: 0 }), []);
  assert.deepEqual(await readUnwell(pool), []);
});

test('the last failures of each route are kept with their reason, and no more than those', async (t) => {
  const { pool, url } = await database(t);
  await applyGatewaySchema(pool);
  const source = postgresSource({ url, workerId: 'one', settleUrl: null, token: '' });
  t.after(() => source.close());
  const failure = {
    service: 'users',
    route: 'GET /me',
    side: 'service',
    method: 'GET',
    reason: 'reset',
  } as const;
  const failures = Array.from({ length: 30 }, (_, n) => ({
    ...failure,
    at: new Date(START + n).toISOString(),
  }));
  await source.reportOutcomes({ outcomes: [], failures, keys: [], routeKeys: [] });
  await prune(pool, new Date(START));
  const kept = await readFailures(pool, { service: 'users', limit: 1_000 });
  assert.equal(kept.length, 20);
  assert.deepEqual({ ...kept[0], id: 0 }, { ...failure, id: 0, at: new Date(START + 29).toISOString() });
});

test('keys are counted over all workers, and those of a share by their buckets', async (t) => {
  const { pool, url } = await database(t);
  await applyGatewaySchema(pool);
  const source = postgresSource({ url, workerId: 'one', settleUrl: null, token: '' });
  t.after(() => source.close());
  const seen = (...buckets: number[]) =>
    Array.from({ length: 10_000 }, (_, n) => (buckets.includes(n) ? 1 : 0)).join('');
  const tell = (buckets: string) =>
    source.reportOutcomes({
      outcomes: [],
      failures: [],
      routeKeys: [],
      keys: [{ service: 'users', buckets }],
    });
  await tell(seen(99, 100));
  await tell(seen(100, 9_999));
  const inShare = async (share: number) => {
    const wanted = `(VALUES ('users', ${share}), ('other', 5)) AS wanted (service, share)`;
    return (await pool.query(keysSeen(wanted))).rows;
  };
  assert.deepEqual(await inShare(0), [{ service: 'users', seen: 3, inShare: 0 }]);
  assert.deepEqual(await inShare(99), [{ service: 'users', seen: 3, inShare: 0 }]);
  assert.deepEqual(await inShare(100), [{ service: 'users', seen: 3, inShare: 1 }]);
  assert.deepEqual(await inShare(10_000), [{ service: 'users', seen: 3, inShare: 3 }]);
});

test('an instance is unwell by how many of the live workers say so', async (t) => {
  const { pool, url } = await database(t);
  await applyGatewaySchema(pool);
  const [one, two] = ['one', 'two'].map((workerId) =>
    postgresSource({ url, workerId, settleUrl: null, token: '' }),
  );
  t.after(() => Promise.all([one!.close(), two!.close()]));
  const instance = { upstream: 'users', url: 'http://127.0.0.1:1', why: 'GET /health/ready answers 404' };
  await one!.heartbeat(1, [instance]);
  await two!.heartbeat(1, []);
  assert.deepEqual(await readUnwell(pool), [{ ...instance, workers: 1, of: 2 }]);
});
