import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { readLogEnd } from './log-end.ts';

const things = [{ schema: 'public', table: 'things' }];
const others = [
  { schema: 'public', table: 'others' },
  { schema: 'public', table: 'things' },
];

async function source() {
  const url = await (await testServer()).database('source');
  const pool = createPool(url, { max: 4 });
  await pool.query(
    'CREATE TABLE things (id int); CREATE TABLE others (id int); CREATE PUBLICATION p1 FOR TABLE things; CREATE PUBLICATION p2 FOR TABLE things, others',
  );
  return { url, pool };
}

test('links that ask at one moment ask once, and each is told of its own tables', async () => {
  const { url, pool } = await source();
  let count = 0;
  const counted = {
    query: ((asked: never) => {
      count += 1;
      return pool.query(asked);
    }) as typeof pool.query,
  };
  const alone = [
    await readLogEnd(url, counted, things, 'p1'),
    await readLogEnd(url, counted, others, 'p2'),
    await readLogEnd(url, counted, things, 'none'),
  ];
  assert.equal(count, 3);
  await pool.query('INSERT INTO things VALUES (1)');
  const { rows } = await pool.query('SELECT pg_current_wal_insert_lsn() - $1::pg_lsn AS behind', ['0/0']);
  const together = await Promise.all([
    readLogEnd(url, counted, things, 'p1'),
    readLogEnd(url, counted, others, 'p2'),
    readLogEnd(url, counted, things, 'none'),
  ]);
  assert.equal(count, 4);
  assert.deepEqual(
    together.map(({ published }) => published),
    alone.map(({ published }) => published),
  );
  for (const { lsn } of together) assert.ok(lsn >= BigInt(rows[0].behind));
  assert.equal(new Set(alone.map(({ published }) => published)).size, 3);
  await pool.query('ALTER PUBLICATION p2 DROP TABLE others');
  const [same, changed] = await Promise.all([
    readLogEnd(url, pool, things, 'p1'),
    readLogEnd(url, pool, others, 'p2'),
  ]);
  assert.equal(same.published, together[0]!.published);
  assert.notEqual(changed.published, together[1]!.published);
  await pool.end();
});

test('one whose connection fails or hangs takes nobody along', async () => {
  const { url, pool } = await source();
  const failing = { query: (() => Promise.reject(new Error('cut'))) as unknown as typeof pool.query };
  const hanging = { query: (() => new Promise(() => {})) as unknown as typeof pool.query };
  const [failed, well] = await Promise.allSettled([
    readLogEnd(url, failing, things, 'p1'),
    readLogEnd(url, pool, things, 'p1'),
  ]);
  assert.equal(failed.status, 'rejected');
  assert.equal(well.status, 'fulfilled');
  void readLogEnd(url, hanging, things, 'p1');
  assert.ok((await readLogEnd(url, pool, things, 'p1')).lsn > 0n);
  await pool.end();
});
