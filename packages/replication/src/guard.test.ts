import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installGuard, removeGuard, setGuard } from './guard.ts';
import { openLink } from './link.ts';
import { copy, rename, table } from './mapping.ts';
import { bucket } from './ownership.ts';
import { pair, rowsOf, run, start, usersMapping } from './test-support.ts';

test('rows the service owns cannot be changed on the monolith, by the share; inserts and other columns stay free', async () => {
  const dbs = await pair();
  const options = { service: 'users', tables: [usersMapping()], salt: 'users' };
  await dbs.legacy.query(
    `INSERT INTO users (full_name, email) SELECT 'User', i FROM generate_series(1, 40) i`,
  );
  await installGuard(dbs.legacy, options);
  await dbs.legacy.query(`UPDATE users SET full_name = 'free' WHERE id = 1`);
  await setGuard(dbs.legacy, { service: 'users', share: 5000 });
  for (let id = 1; id <= 40; id++) {
    const change = dbs.legacy.query('UPDATE users SET full_name = full_name || $2 WHERE id = $1', [id, '!']);
    if (bucket('users', String(id)) < 5000) await assert.rejects(change, { code: 'BA001' });
    else await change;
  }
  await setGuard(dbs.legacy, { service: 'users', share: 10_000 });
  await assert.rejects(
    dbs.legacy.query('DELETE FROM users WHERE id = 1'),
    (error: Error & { hint: string; code: string }) => {
      assert.equal(error.code, 'BA001');
      assert.match(error.message, /Banyan: the service users owns this row of users/);
      assert.match(error.hint, /gateway.*banyan rollback users/);
      return true;
    },
  );
  await dbs.legacy.query(
    `UPDATE users SET last_login = now(), secret = 'x', full_name = full_name WHERE id = 1`,
  );
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('new', 'new')`);
  await installGuard(dbs.legacy, options);
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT share FROM banyan.guards'), [['10000']]);
  await removeGuard(dbs.legacy, options);
  await removeGuard(dbs.legacy, options);
  await dbs.legacy.query('DELETE FROM users');
  await assert.rejects(setGuard(dbs.legacy, { service: 'users', share: 1 }), /installGuard/);
  await dbs.close();
});

test('a service that owns columns only leaves deletes and other columns alone; one writer moves at 100 %', async () => {
  const foreign = table({
    legacy: 'users',
    rows: 'foreign',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: [copy('id', 'full_name'), copy('email', { flow: 'forward' })],
  });
  const dbs = await pair(
    `CREATE TABLE users (id int PRIMARY KEY, full_name text, email text); CREATE TABLE s (id int PRIMARY KEY, v int)`,
    'SELECT 1',
  );
  const writer = table({ legacy: 's', columns: [copy('id'), rename('v', 'w')] });
  await installGuard(dbs.legacy, { service: 'users', tables: [foreign, writer] });
  await dbs.legacy.query(
    `INSERT INTO users VALUES (1, 'a', 'b'), (2, 'a', 'b'); INSERT INTO s VALUES (1, 1)`,
  );
  await setGuard(dbs.legacy, { service: 'users', share: 9_999 });
  await dbs.legacy.query('UPDATE s SET v = 2');
  await setGuard(dbs.legacy, { service: 'users', share: 10_000 });
  await assert.rejects(dbs.legacy.query('UPDATE s SET v = 3'), { code: 'BA001' });
  await assert.rejects(dbs.legacy.query(`UPDATE users SET full_name = 'c'`), { code: 'BA001' });
  await dbs.legacy.query(`UPDATE users SET email = 'c'; DELETE FROM users WHERE id = 2`);
  await removeGuard(dbs.legacy, { service: 'users', tables: [foreign, writer] });
  await dbs.close();
});

test('the guard never stands in the way of the link that writes back', async () => {
  const dbs = await pair();
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('Ann Lee', 'a')`);
  const forward = await start(dbs.config('forward'));
  const reverse = openLink(dbs.config('reverse', { share: 10_000 }));
  await reverse.prepare();
  const back = run(reverse);
  await installGuard(dbs.legacy, { service: 'users', tables: [usersMapping()] });
  await setGuard(dbs.legacy, { service: 'users', share: 10_000 });
  await dbs.service.query(
    `UPDATE people SET first_name = 'Anna'; INSERT INTO people (first_name, email) VALUES ('New', 'n')`,
  );
  await back.link.barrier();
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT full_name FROM users ORDER BY id'), [
    ['Anna Lee'],
    ['New'],
  ]);
  for (const each of [forward, back]) {
    await each.stop();
    await each.link.drop();
  }
  await dbs.close();
});
