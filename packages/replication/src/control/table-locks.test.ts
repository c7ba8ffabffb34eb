import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { lockingTables, TablesBusy } from './table-locks.ts';

/** Two tables, and a database that takes its time to look for deadlocks: half of it is what a lock may be waited for. */
async function aDatabase(t: TestContext) {
  const url = await (await testServer()).database('locks');
  const setup = createPool(url, { max: 1 });
  await setup.query(`CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, n int);
    INSERT INTO a VALUES (1, 0); INSERT INTO b VALUES (1, 0);
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''4s''', current_database()); END $$`);
  await setup.end();
  const pool = createPool(url, { max: 3 });
  t.after(() => pool.end());
  const isWaiting = async () => {
    const { rows } = await pool.query(
      `SELECT FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock' AND relation = 'b'::regclass`,
    );
    return rows.length > 0;
  };
  return { pool, isWaiting };
}

test('a writer that goes through the tables the other way is never ended by a deadlock, and is waited for', {
  timeout: 300_000,
}, async (t) => {
  const { pool, isWaiting } = await aDatabase(t);
  const writer = await pool.connect();
  await writer.query('BEGIN; UPDATE b SET n = 1');
  const seen = lockingTables(pool, ['b', 'a'], 50_000, async (client) => {
    const { rows } = await client.query('SELECT a.n AS a, b.n AS b FROM a, b');
    return rows[0];
  });
  while (!(await isWaiting())) await delay(5, undefined, { signal: t.signal });
  await writer.query('UPDATE a SET n = 1');
  await writer.query('COMMIT');
  writer.release();
  assert.deepEqual(await seen, { a: 1, b: 1 });
});

test('tables that are not free in time are given up, and nothing is left locked', {
  timeout: 300_000,
}, async (t) => {
  const { pool } = await aDatabase(t);
  const writer = await pool.connect();
  await writer.query('BEGIN; UPDATE b SET n = 1');
  const never = async () => assert.fail('it has no lock');
  for (const tables of [['a', 'b'], ['b']])
    await assert.rejects(lockingTables(pool, tables, 100, never), TablesBusy);
  await pool.query('UPDATE a SET n = 2');
  await writer.query('ROLLBACK');
  writer.release();
});

test('an error of what runs behind the locks is its own, and is not tried again', {
  timeout: 300_000,
}, async (t) => {
  const { pool } = await aDatabase(t);
  let runs = 0;
  const failing = lockingTables(pool, ['a', 'b'], 5_000, async (client) => {
    runs += 1;
    await client.query(`DO $$ BEGIN RAISE EXCEPTION 'mine' USING ERRCODE = '40P01'; END $$`);
  });
  await assert.rejects(failing, /mine/);
  assert.equal(runs, 1);
});
