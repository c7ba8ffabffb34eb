import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { pruneRecords } from './prune.ts';
import * as store from './store.ts';
import * as verifications from './verifications.ts';

async function database(t: TestContext): Promise<pg.Pool> {
  const server = await testServer();
  const pool = createPool(await server.database(), { max: 2 });
  t.after(() => pool.end());
  await store.applyControlSchema(pool);
  return pool;
}

test('records of steps and verifications do not grow with uptime, and what is not over stays', async (t) => {
  const pool = await database(t);
  const running = await store.beginStep(pool, { service: 'users', from: 'a', to: 'b', reason: 'c' });
  const queued = await verifications.queueVerification(pool, 'users', false);
  for (let day = 0; day < 60; day++) {
    await pool.query(
      `INSERT INTO control.steps (service, from_what, to_what, reason, outcome)
       SELECT service, 'canary 1%', 'canary 5%', 'no acknowledgement', 'failed'
         FROM unnest('{users,auth}'::text[]) AS service, generate_series(1, 300)`,
    );
    await pool.query(
      `INSERT INTO control.verifications (service, repair, state)
       SELECT 'users', false, CASE WHEN n % 2 = 0 THEN 'done' ELSE 'failed' END FROM generate_series(1, 50) AS n`,
    );
    while (!(await pruneRecords(pool))) {}
  }
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM control.steps) AS steps,
            (SELECT count(*)::int FROM control.verifications) AS verifications`,
  );
  assert.deepEqual(rows[0], { steps: 2 * 1_000 + 1, verifications: 100 + 1 });
  assert.ok((await verifications.readVerification(pool, queued))?.state === 'queued');
  await store.endStep(pool, running, 'done', 1);
  const { rowCount } = await pool.query('SELECT FROM control.steps WHERE id = $1', [running]);
  assert.equal(rowCount, 1);
});

test('a verification that has not begun is the one of everybody who asks for the same', async (t) => {
  const pool = await database(t);
  const first = await verifications.queueVerification(pool, 'users', false);
  assert.equal(await verifications.queueVerification(pool, 'users', false), first);
  const repairing = await verifications.queueVerification(pool, 'users', true);
  assert.notEqual(repairing, first);
  assert.equal((await verifications.takeVerification(pool, 'users'))?.id, first);
  assert.notEqual(await verifications.queueVerification(pool, 'users', false), first);
});
