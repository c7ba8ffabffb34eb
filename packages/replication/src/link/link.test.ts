import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMIT, pair, rowsOf, start } from '../testing/support.ts';

test('copies what is there, then streams what changes, with a column split', async () => {
  const dbs = await pair();
  await dbs.legacy.query(
    `INSERT INTO users (full_name, email) SELECT 'First' || i || ' Last ' || i, i || '@example.org' FROM generate_series(1, 50) i`,
  );
  const { link, stop } = await start(dbs.config('forward'));
  await dbs.legacy.query(`UPDATE users SET full_name = 'Cher' WHERE id = 3`);
  await dbs.legacy.query(`UPDATE users SET full_name = 'Cher ' WHERE id = 4`);
  await dbs.legacy.query(`UPDATE users SET full_name = NULL WHERE id = 5`);
  await dbs.legacy.query(`DELETE FROM users WHERE id > 45`);
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('Zoë van Dam', 'zoe')`);
  const barrier = await link.barrier(LIMIT);
  assert.ok(barrier.lsn > 0n);
  assert.deepEqual(
    await rowsOf(
      dbs.service,
      'SELECT first_name, last_name FROM people WHERE person_id IN (3, 4, 5, 51) ORDER BY person_id',
    ),
    [
      ['Cher', null],
      ['Cher', ''],
      [null, null],
      ['Zoë', 'van Dam'],
    ],
  );
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM people'), [['46']]);
  assert.equal(link.status().state, 'streaming');
  assert.equal(link.status().conflicts, 0);
  await stop();
  await link.drop();
  await dbs.close();
});
