import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copy, table } from '../mapping/mapping.ts';
import { end, LIMIT, pair, rowsOf, start } from '../testing/support.ts';

const ALL = 'SELECT id, pos, a FROM items ORDER BY id';
const mapping = table({ legacy: 'items', columns: [copy('id', 'pos', 'a')] });

test('rows that exchange values under a constraint that waits only on the source do so on the target, and none is deleted', {
  timeout: 300_000,
}, async () => {
  const dbs = await pair(
    'CREATE TABLE items (id int PRIMARY KEY, pos int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED, a text)',
    `CREATE TABLE items (id int PRIMARY KEY, pos int NOT NULL UNIQUE, a text, own int DEFAULT 1,
       twice int GENERATED ALWAYS AS (id * 2) STORED);
     CREATE TABLE deleted (id int)`,
    [mapping],
  );
  await dbs.legacy.query(`INSERT INTO items SELECT i, i, repeat('x', 10) FROM generate_series(1, 300) i`);
  const running = await start(dbs.config('forward'));
  await running.link.barrier(LIMIT);
  await dbs.service.query('UPDATE items SET own = id');
  for (const change of [
    'UPDATE items SET pos = 301 - pos',
    'UPDATE items SET pos = pos + 1',
    `BEGIN; UPDATE items SET pos = 1000 WHERE id = 1; UPDATE items SET pos = (SELECT pos FROM items WHERE id = 3) WHERE id = 2;
     UPDATE items SET a = 'again' WHERE id = 2; UPDATE items SET pos = 2000 WHERE id = 3; COMMIT`,
  ]) {
    await dbs.legacy.query(change);
    await running.link.barrier(LIMIT);
    assert.deepEqual(await rowsOf(dbs.service, ALL), await rowsOf(dbs.legacy, ALL), change);
  }
  assert.deepEqual(
    await rowsOf(dbs.service, 'SELECT count(*) FROM items WHERE own = id AND twice = id * 2'),
    [['300']],
  );
  // A value that a row of somebody else's holds is refused, and every row stays as it was.
  await dbs.service.query(`INSERT INTO items VALUES (900, 5000, 'theirs')`);
  await dbs.legacy.query('UPDATE items SET pos = 5000 WHERE id = 7');
  await running.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM items'), [['301']]);
  assert.ok(running.link.status().conflicts > 0);
  await end(dbs, running);
});
