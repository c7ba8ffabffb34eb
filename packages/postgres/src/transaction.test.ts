import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type pg from 'pg';
import { createPool, errorCode, PostgresError, withTransaction } from './index.ts';
import { testServer } from './testing.ts';

let pool: pg.Pool;

before(async () => {
  pool = createPool(await (await testServer()).database('transaction'), { max: 3 });
  await pool.query('CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)');
});
beforeEach(() => pool.query('TRUNCATE t'));
after(() => pool.end());

async function ids(): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>('SELECT id FROM t ORDER BY id');
  return rows.map(({ id }) => id);
}

test('what returns is committed, and its result given back', async () => {
  const result = await withTransaction(pool, async (client) => {
    await client.query('INSERT INTO t VALUES (1)');
    return 'done';
  });
  assert.equal(result, 'done');
  assert.deepEqual(await ids(), [1]);
});

test('what throws is rolled back, its error passes, and the client is used again', async () => {
  const backend = async (client: pg.Pool | pg.PoolClient) =>
    (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
  const one = createPool(pool.options.connectionString!, { max: 1 });
  let pid = 0;
  const boom = new Error('boom');
  await assert.rejects(
    withTransaction(one, async (client) => {
      pid = await backend(client);
      await client.query('INSERT INTO t VALUES (1)');
      throw boom;
    }),
    boom,
  );
  assert.equal(await backend(one), pid);
  await one.end();
  assert.deepEqual(await ids(), []);
});

test('a swallowed failure does not pass for a commit', async () => {
  const swallowing = withTransaction(pool, async (client) => {
    await client.query('INSERT INTO t VALUES (1)');
    await client.query('SELECT 1/0').catch(() => {});
  });
  await assert.rejects(
    swallowing,
    (error) => error instanceof PostgresError && error.code === 'TRANSACTION_ABORTED',
  );
  assert.deepEqual(await ids(), []);
});

test('a broken client is not given back to the pool', async () => {
  await assert.rejects(
    withTransaction(pool, async (client) => {
      await client.query('SELECT pg_terminate_backend(pg_backend_pid())');
    }),
  );
  assert.equal(pool.idleCount, pool.totalCount);
  await withTransaction(pool, (client) => client.query('INSERT INTO t VALUES (2)'));
  assert.deepEqual(await ids(), [2]);
});

test('inside a transaction another is a savepoint: only the inner work is undone', async () => {
  await withTransaction(pool, async (client) => {
    await client.query('INSERT INTO t VALUES (1)');
    const inner = withTransaction(client, async (same) => {
      await same.query('INSERT INTO t VALUES (2)');
      await same.query('SELECT 1/0');
    });
    await assert.rejects(inner, (error) => errorCode(error) === '22012');
    await withTransaction(client, (same) => same.query('INSERT INTO t VALUES (3)'));
  });
  assert.deepEqual(await ids(), [1, 3]);
});

test('serialization failures run again, as often as asked for', async () => {
  await pool.query('INSERT INTO t VALUES (1, 0)');
  let runs = 0;
  const increment = async (client: pg.PoolClient) => {
    runs++;
    const { rows } = await client.query<{ n: number }>('SELECT n FROM t WHERE id = 1');
    if (runs === 1) await pool.query('UPDATE t SET n = 10 WHERE id = 1');
    await client.query('UPDATE t SET n = $1 WHERE id = 1', [rows[0]!.n + 1]);
  };
  await withTransaction(pool, increment, { isolation: 'serializable', retries: 3 });
  assert.equal(runs, 2);
  assert.deepEqual((await pool.query('SELECT n FROM t')).rows, [{ n: 11 }]);
  runs = 0;
  const once = withTransaction(pool, increment, { isolation: 'serializable' });
  await assert.rejects(once, (error) => errorCode(error) === '40001');
});

test('a read-only transaction writes nothing', async () => {
  const writing = withTransaction(pool, (client) => client.query('INSERT INTO t VALUES (1)'), {
    readOnly: true,
  });
  await assert.rejects(writing, (error) => errorCode(error) === '25006');
});

test('a client that is given stays with its owner', async () => {
  const client = await pool.connect();
  try {
    await withTransaction(client, () => client.query('INSERT INTO t VALUES (7)'));
    await client.query('SELECT 1');
  } finally {
    client.release();
  }
  assert.deepEqual(await ids(), [7]);
});
