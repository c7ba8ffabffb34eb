import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copy, table } from '../mapping/mapping.ts';
import { end, LIMIT, linked, pair, rowsOf, run, settle } from '../testing/support.ts';

const WALLETS = table({
  legacy: { table: 'wallets', key: ['user_id'] },
  owner: { by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' },
  columns: [copy('user_id')],
});
const LEGACY = `CREATE TABLE wallets (user_id int PRIMARY KEY, balance int NOT NULL DEFAULT 0);
  INSERT INTO wallets SELECT generate_series(1, 3)`;
const SERVICE = 'CREATE TABLE wallets (user_id int PRIMARY KEY)';

test('what the monolith changes in rows of which only the key is mapped writes nothing to the service, and a new key, a new row and a deletion do', async () => {
  const { dbs, forward, reverse } = await linked(await pair(LEGACY, SERVICE, [WALLETS]), 0);
  const versions = () => rowsOf(dbs.service, 'SELECT user_id, xmin FROM wallets ORDER BY user_id');
  const before = await versions();
  const { rowsApplied } = forward.link.status();
  for (let time = 0; time < 5; time += 1) await dbs.legacy.query('UPDATE wallets SET balance = balance + 1');
  await settle(dbs, forward, reverse);
  assert.deepEqual(await versions(), before);
  assert.equal(forward.link.status().rowsApplied, rowsApplied);

  await dbs.legacy.query(`BEGIN; UPDATE wallets SET user_id = 10, balance = 7 WHERE user_id = 1; UPDATE wallets SET balance = 8 WHERE user_id = 10;
    INSERT INTO wallets VALUES (4); UPDATE wallets SET balance = 9 WHERE user_id = 4; DELETE FROM wallets WHERE user_id = 2; COMMIT`);
  await settle(dbs, forward, reverse);
  assert.deepEqual(
    (await versions()).map(([id]) => id),
    ['3', '4', '10'],
  );
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind FROM banyan.conflicts'), []);
  await end(dbs, forward, reverse);
});

test('what is written while nobody streams is there afterwards, whatever of it says nothing', async () => {
  const dbs = await pair(LEGACY, SERVICE, [WALLETS]);
  const { forward, reverse } = await linked(dbs, 0);
  await forward.stop();
  await dbs.legacy.query(
    'INSERT INTO wallets VALUES (5); UPDATE wallets SET balance = 1; DELETE FROM wallets WHERE user_id = 3',
  );
  const again = run(forward.link);
  await again.link.barrier(LIMIT);
  const ids = await rowsOf(dbs.service, 'SELECT user_id FROM wallets ORDER BY user_id');
  assert.deepEqual(ids, [['1'], ['2'], ['5']]);
  await end(dbs, again, reverse);
});

test('where the log has old rows whole, only changes of mapped columns are written to the service', async () => {
  const legacy =
    'CREATE TABLE users (id int PRIMARY KEY, email text, bio text); ALTER TABLE users REPLICA IDENTITY FULL';
  const people = table({
    legacy: 'users',
    service: 'people',
    rows: 'foreign',
    owner: { by: 'writer' },
    columns: [copy('id'), copy('email', { flow: 'forward' })],
  });
  const dbs = await pair(legacy, 'CREATE TABLE people (id int PRIMARY KEY, email text)', [people]);
  const { forward, reverse } = await linked(dbs, 0);
  await dbs.legacy.query(
    `INSERT INTO users SELECT i, 'mail' || i, repeat('long ', 5000) FROM generate_series(1, 3) i`,
  );
  await settle(dbs, forward, reverse);
  const rows = () => rowsOf(dbs.service, 'SELECT id, email, xmin FROM people ORDER BY id');
  const before = await rows();
  await dbs.legacy.query(`UPDATE users SET bio = 'short' WHERE id = 1; UPDATE users SET email = email`);
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rows(), before);
  await dbs.legacy.query(
    `UPDATE users SET email = NULL WHERE id = 2; UPDATE users SET email = '', bio = NULL WHERE id = 3`,
  );
  await dbs.legacy.query('UPDATE users SET id = 4 WHERE id = 1');
  await settle(dbs, forward, reverse);
  assert.deepEqual(
    (await rows()).map(([id, email]) => [id, email]),
    [
      ['2', null],
      ['3', ''],
      ['4', 'mail1'],
    ],
  );
  await end(dbs, forward, reverse);
});
