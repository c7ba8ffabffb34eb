import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import {
  connectionConfig,
  createPool,
  errorCode,
  PINNED_SETTINGS,
  prepared,
  withPool,
  withTransaction,
} from './index.ts';
import { testServer } from './testing.ts';

let url: string;
const pools: pg.Pool[] = [];

before(async () => {
  url = await (await testServer()).database('pool');
});
after(() => Promise.all(pools.map((pool) => pool.end())));

function open(to: string, options?: Parameters<typeof createPool>[1]): pg.Pool {
  const pool = createPool(to, options);
  pools.push(pool);
  return pool;
}

async function setting(db: pg.Pool, name: string): Promise<string> {
  const { rows } = await db.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
  return rows[0]!.value;
}

test('every connection writes values as text the same way', async () => {
  const pool = open(url);
  for (const [name, value] of Object.entries(PINNED_SETTINGS)) {
    assert.ok((await setting(pool, name)).startsWith(value), name);
  }
});

test("the URL's own options are kept beside ours", async () => {
  const own = new URL(url);
  own.searchParams.set('options', '-c work_mem=7MB -c search_path=a,\\ b');
  const pool = open(own.href);
  assert.equal(await setting(pool, 'work_mem'), '7MB');
  assert.equal(await setting(pool, 'TimeZone'), 'UTC');
});

test('a connection string without a host is understood', () => {
  const { connectionString } = connectionConfig('postgres://me@/db?host=/run/x', { TimeZone: 'UTC' });
  assert.equal(connectionString, 'postgres://me@/db?host=/run/x&options=-c%20TimeZone%3DUTC');
});

test('a statement that takes too long is cancelled by the server', async () => {
  const pool = open(url, { statementTimeoutMs: 20 });
  await assert.rejects(pool.query('SELECT pg_sleep(60)'), (error) => errorCode(error) === '57014');
});

test('a pool for one piece of work is closed with it, however it ends', async () => {
  const seen: pg.Pool[] = [];
  const work = async (pool: pg.Pool) => {
    seen.push(pool);
    return (await pool.query('SELECT 1 / $1::int AS result', [seen.length - 1])).rows[0].result;
  };
  await assert.rejects(withPool(url, {}, work), (error) => errorCode(error) === '22012');
  assert.equal(await withPool(url, {}, work), 1);
  assert.deepEqual(
    seen.map(({ ended, options: { max } }) => ({ ended, max })),
    [
      { ended: true, max: 1 },
      { ended: true, max: 1 },
    ],
  );
});

test('a prepared statement takes arrays as they are', async () => {
  const pool = open(url, { max: 1 });
  const texts = ['', ' ', 'NULL', null, '{}', ',', '"', '\\', '\\"', `a\nb\t'$1`, 'ö', '☃'];
  const numbers = [0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER, null, Number.NaN, Number.NEGATIVE_INFINITY];
  const dates = [new Date(0), null];
  const text =
    'SELECT $1::text[] AS texts, $2::float8[] AS numbers, $3::timestamptz[] AS dates, $4::uuid[] AS none';
  const { rows } = await pool.query(prepared(text, [texts, numbers, dates, []]));
  assert.deepEqual(rows, [{ texts, numbers, dates, none: [] }]);
});

test('a prepared statement is parsed once on a connection, and each text is a statement of its own', async () => {
  const pool = open(url, { max: 1 });
  const texts = ['SELECT $1::int AS n', 'SELECT $1::int + 1 AS n'];
  for (const value of [1, 2])
    for (const [more, text] of texts.entries()) {
      assert.deepEqual((await pool.query(prepared(text, [value]))).rows, [{ n: value + more }]);
      const inside = await withTransaction(pool, (tx) => tx.query(prepared(text, [value])));
      assert.deepEqual(inside.rows, [{ n: value + more }]);
    }
  const { rows } = await pool.query(
    `SELECT statement FROM pg_prepared_statements WHERE name LIKE 'prepared_%' ORDER BY length(statement)`,
  );
  assert.deepEqual(
    rows,
    texts.map((statement) => ({ statement })),
  );
});

test('a killed backend ends neither the process nor the pool', async () => {
  const pool = open(url, { max: 1, applicationName: 'victim' });
  const killer = open(url, { max: 1 });
  const kill = () =>
    killer.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'victim'",
    );
  await pool.query('SELECT 1');
  await kill();
  const busy = assert.rejects(async () => {
    const client = await pool.connect();
    try {
      await client.query('SELECT 1');
      const asleep = client.query('SELECT pg_sleep(60)');
      await Promise.all([asleep, kill()]);
    } finally {
      client.release(true);
    }
  });
  await busy;
  const { rows } = await pool.query('SELECT 1 AS one');
  assert.deepEqual(rows, [{ one: 1 }]);
});

test('when all connections are in use, asking for one ends in time with an error that says what to do', async () => {
  const narrow = createPool(await (await testServer()).database('narrow'), {
    max: 1,
    connectTimeoutMs: 2_000,
  });
  const held = await narrow.connect();
  const asked = [narrow.connect(), narrow.query('SELECT 1')];
  for (const each of await Promise.allSettled(asked)) {
    assert.equal(each.status, 'rejected');
    assert.equal(each.reason.code, 'POOL_EXHAUSTED');
    assert.match(each.reason.message, /raise POOL_SIZE.*connections: 1, waitedMs: 2000/);
  }
  held.release();
  await narrow.query('SELECT 1');
  await narrow.end();
});
