import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { openFence } from '../testing/open-fence.ts';
import { fenceState, readTable } from './fence.ts';
import { prune } from './prune.ts';
import { HOUR_MS } from './roll-up.ts';
import { applyGatewaySchema } from './schema.ts';

const START = Date.parse('2026-01-05T00:00:00Z');
const DAY_MS = 24 * HOUR_MS;
const TABLES = ['mismatches', 'failures', 'route_tables', 'fences', 'fence_acks', 'workers'];

async function database(t: TestContext): Promise<pg.Pool> {
  const server = await testServer();
  const pool = createPool(await server.database(), { max: 2 });
  t.after(() => pool.end());
  await applyGatewaySchema(pool);
  return pool;
}

/** What a restless day leaves: steps all day, workers that start again and again, a service that differs and fails. */
async function aDay(pool: pg.Pool, day: number): Promise<void> {
  const values = [new Date(START + day * DAY_MS), day];
  await pool.query(
    `INSERT INTO control.mismatches (service, route, version, at, curl, differences, answers)
     SELECT 'users', 'GET /me', 1, $1::timestamptz + n * interval '1 minute', 'curl', '[]', '{}'
       FROM generate_series(0, 299) AS n WHERE $2::int IS NOT NULL`,
    values,
  );
  await pool.query(
    `INSERT INTO control.failures (service, route, side, method, reason, at)
     SELECT 'users', 'GET /of-plan-' || $2::int / 40 || '/' || n % 5, 'service', 'GET', 'reset', $1::timestamptz
       FROM generate_series(0, 199) AS n`,
    values,
  );
  await pool.query(
    `INSERT INTO control.route_tables (version, body) SELECT $1 * 50 + n, '{}' FROM generate_series(1, 50) AS n`,
    [day],
  );
  await pool.query(
    `WITH fence AS (
       INSERT INTO control.fences (service, from_share, to_share, state, deadline, decided_at)
       SELECT 'users', 0, 100, 'aborted', $1, $1::timestamptz + n * interval '5 minutes'
         FROM generate_series(0, 249) AS n WHERE $2::int IS NOT NULL RETURNING id)
     INSERT INTO control.fence_acks (fence_id, worker_id, in_flight) SELECT id, 'one', 0 FROM fence`,
    values,
  );
  await pool.query(
    `INSERT INTO control.workers (id, lease_until, version)
     SELECT $2::int || '-' || n, $1::timestamptz + n * interval '10 minutes', 1 FROM generate_series(0, 143) AS n`,
    values,
  );
}

async function counts(pool: pg.Pool): Promise<Record<string, number>> {
  const counted = TABLES.map(async (table) => {
    const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM control.${table}`);
    return [table, rows[0]!.n] as const;
  });
  return Object.fromEntries(await Promise.all(counted));
}

test('what is stored does not grow with uptime, however restless its days are', async (t) => {
  const pool = await database(t);
  const after: Record<string, number>[] = [];
  for (let day = 0; day < 45; day++) {
    await aDay(pool, day);
    while (!(await prune(pool, new Date(START + (day + 1) * DAY_MS)))) {}
    after.push(await counts(pool));
  }
  const most = {
    mismatches: 1_000,
    failures: 200,
    route_tables: 100,
    fences: 1_000,
    fence_acks: 1_000,
    workers: 6,
  };
  for (const [table, limit] of Object.entries(most))
    assert.ok(Math.max(...after.map((each) => each[table]!)) <= limit, `${table}: ${after.at(-1)![table]}`);
});

test('what a running step needs stays, however wrong the clock is', async (t) => {
  const pool = await database(t);
  await pool.query(`INSERT INTO control.route_tables (version, body) VALUES (7, '{"version": 7}')`);
  await pool.query(
    `INSERT INTO control.workers (id, lease_until, version) VALUES ('live', clock_timestamp() + interval '3 seconds', 7)`,
  );
  const open = await openFence(pool, { service: 'users', fromShare: 0, toShare: 1, limitMs: 1_000 });
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO control.fences (service, from_share, to_share, state, deadline, decided_at)
     VALUES ('auth', 0, 1, 'committed', now(), clock_timestamp()) RETURNING id`,
  );
  for (const year of [1971, 2199]) await prune(pool, new Date(Date.UTC(year, 0)));
  assert.equal((await readTable(pool))?.version, 7);
  assert.equal((await fenceState(pool, open.id)).state, 'holding');
  assert.equal((await fenceState(pool, rows[0]!.id)).state, 'committed');
  assert.equal((await counts(pool)).workers, 1);
});

test('a large backlog is dropped in turns, and of one service only its own', async (t) => {
  const pool = await database(t);
  await pool.query(
    `INSERT INTO control.mismatches (service, route, version, at, curl, differences, answers)
     SELECT CASE WHEN n = 1 THEN 'quiet' ELSE 'noisy' END, 'GET /me', 1, $1, 'curl', '[]', '{}'
       FROM generate_series(1, 4001) AS n`,
    [new Date(START)],
  );
  assert.equal(await prune(pool, new Date(START)), false);
  assert.equal(await prune(pool, new Date(START)), true);
  const { rows } = await pool.query(
    'SELECT service, count(*)::int AS n FROM control.mismatches GROUP BY service ORDER BY service',
  );
  assert.deepEqual(rows, [
    { service: 'noisy', n: 1_000 },
    { service: 'quiet', n: 1 },
  ]);
});
