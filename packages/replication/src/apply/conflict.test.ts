import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../link/link.ts';
import { copy, rename, split, table } from '../mapping/mapping.ts';
import {
  bothLinks,
  end,
  LIMIT,
  pair,
  type Running,
  rowsOf,
  run,
  setShare,
  settle,
  start,
} from '../testing/support.ts';

const CONFLICTS = 'SELECT kind, winner FROM banyan.conflicts ORDER BY id';
const PEOPLE = `SELECT first_name, last_name, email FROM people ORDER BY person_id`;
const USERS = `SELECT full_name, email FROM users ORDER BY id`;

test('an UPDATE from the side that does not own the row is recorded, not applied, and undone by the owner', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  await dbs.legacy.query(`UPDATE users SET full_name = 'Wrong Side' WHERE id = 2`);
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), [['update_origin_differs', 'service']]);
  const [row] = await rowsOf(
    dbs.service,
    `SELECT key::text, source_row ->> 'full_name', target_row ->> 'last_name', table_name, link ~ '^users[0-9]+.forward$' FROM banyan.conflicts`,
  );
  assert.deepEqual(row, ['{"id": "2"}', 'Wrong Side', '2', 'public.users', 't']);
  assert.deepEqual((await rowsOf(dbs.legacy, USERS))[1], ['User 2', 'mail2']);
  assert.equal(forward.link.status().conflicts, 1);
  await end(dbs, forward, reverse);
});

test('a DELETE from the side that does not own the row is recorded, and the owner puts the row back', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  await dbs.legacy.query('DELETE FROM users WHERE id = 2');
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), [['delete_origin_differs', 'service']]);
  assert.deepEqual(await rowsOf(dbs.legacy, USERS), [
    ['User 1', 'mail1'],
    ['User 2', 'mail2'],
    ['User 3', 'mail3'],
  ]);
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT secret FROM users WHERE id = 2'), [['hash2']]);
  await end(dbs, forward, reverse);
});

test('the service changing what the monolith still owns is recorded on the monolith and undone', async () => {
  const { dbs, forward, reverse } = await bothLinks(0);
  await dbs.service.query(`UPDATE people SET first_name = 'Wrong' WHERE person_id = 1`);
  await dbs.service.query(`DELETE FROM people WHERE person_id = 3`);
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.legacy, CONFLICTS), [
    ['update_origin_differs', 'monolith'],
    ['delete_origin_differs', 'monolith'],
  ]);
  assert.deepEqual(await rowsOf(dbs.service, PEOPLE), [
    ['User', '1', 'mail1'],
    ['User', '2', 'mail2'],
    ['User', '3', 'mail3'],
  ]);
  await end(dbs, forward, reverse);
});

test('columns that only flow forward are applied whoever owns the row, and that is no conflict', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  await dbs.service.query(
    `UPDATE people SET first_name = 'New', last_login = '2000-01-01' WHERE person_id = 1`,
  );
  await settle(dbs, forward, reverse);
  await dbs.legacy.query(
    `UPDATE users SET last_login = '2024-05-06T07:08:09.123456Z', secret = 'rotated' WHERE id = 1`,
  );
  await settle(dbs, forward, reverse);
  assert.deepEqual(
    await rowsOf(dbs.service, `SELECT first_name, last_login, secret FROM people WHERE person_id = 1`),
    [['New', '2024-05-06 07:08:09.123456+00', 'hash1']],
  );
  assert.deepEqual(await rowsOf(dbs.legacy, `SELECT full_name, last_login FROM users WHERE id = 1`), [
    ['New 1', '2024-05-06 07:08:09.123456+00'],
  ]);
  assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), []);
  assert.deepEqual(await rowsOf(dbs.legacy, CONFLICTS), []);
  await end(dbs, forward, reverse);
});

test('both sides insert freely; what the service inserts has ids of its own', async () => {
  const { dbs, forward, reverse } = await bothLinks(5_000);
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('From Monolith', 'm')`);
  await dbs.service.query(
    `INSERT INTO people (first_name, last_name, email, secret) VALUES ('From', 'Service', 's', 'x')`,
  );
  await settle(dbs, forward, reverse);
  assert.deepEqual(
    await rowsOf(dbs.legacy, `SELECT id, full_name, secret FROM users WHERE id > 3 ORDER BY id`),
    [
      ['4', 'From Monolith', null],
      ['1073741825', 'From Service', 'x'],
    ],
  );
  assert.deepEqual(
    await rowsOf(dbs.service, `SELECT person_id, first_name FROM people WHERE person_id > 3 ORDER BY 1`),
    [
      ['4', 'From'],
      ['1073741825', 'From'],
    ],
  );
  await end(dbs, forward, reverse);
});

test('the same id inserted on both sides: insert_exists, and the owner wins on both', async () => {
  for (const [share, winner] of [
    [0, 'monolith'],
    [10_000, 'service'],
  ] as const) {
    const { dbs, forward, reverse } = await bothLinks(share);
    await Promise.all([forward.stop(), reverse.stop()]);
    await dbs.legacy.query(`INSERT INTO users (id, full_name, email) VALUES (77, 'The monolith', 'a')`);
    await dbs.service.query(
      `INSERT INTO people (person_id, first_name, last_name, email) VALUES (77, 'The', 'service', 'b')`,
    );
    const again = [
      run(openLink(dbs.config('forward', { share }))),
      run(openLink(dbs.config('reverse', { share }))),
    ] as const;
    await streaming(...again);
    await settle(dbs, ...again);
    assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), [['insert_exists', winner]]);
    assert.deepEqual(await rowsOf(dbs.legacy, `SELECT full_name FROM users WHERE id = 77`), [
      [`The ${winner}`],
    ]);
    assert.deepEqual(await rowsOf(dbs.service, `SELECT last_name FROM people WHERE person_id = 77`), [
      [winner],
    ]);
    await end(dbs, ...again);
  }
});

test('another row holds the unique value: recorded, nothing overwritten, the stream goes on', async () => {
  const { dbs, forward, reverse } = await bothLinks(0);
  await forward.stop();
  // Or the squatter may be on the monolith, where nobody could take its address, before the owner is.
  reverse.link.hold();
  await dbs.service.query(`INSERT INTO people (first_name, email) VALUES ('Squatter', 'taken')`);
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('Rightful Owner', 'taken')`);
  reverse.link.release(0);
  await dbs.legacy.query(`UPDATE users SET full_name = 'After' WHERE id = 1`);
  const again = run(openLink(dbs.config('forward')));
  await streaming(again);
  await again.link.barrier(LIMIT);
  const kinds = await rowsOf(dbs.service, CONFLICTS);
  assert.deepEqual(kinds[0], ['multiple_unique_conflicts', 'service']);
  assert.match(
    (await rowsOf(dbs.service, 'SELECT detail FROM banyan.conflicts'))[0]![0]!,
    /people_email_key/,
  );
  assert.deepEqual(
    await rowsOf(
      dbs.service,
      `SELECT first_name FROM people WHERE person_id = 1 OR email = 'taken' ORDER BY person_id`,
    ),
    [['After'], ['Squatter']],
  );
  await end(dbs, again, reverse);
});

test('a row that is missing on the target: update_missing brings it back, delete_missing is only recorded', async () => {
  const { dbs, forward, reverse } = await bothLinks(0);
  await reverse.stop();
  await dbs.service.query('DELETE FROM people');
  await dbs.legacy.query(`UPDATE users SET full_name = 'Back Again' WHERE id = 1`);
  await dbs.legacy.query(`DELETE FROM users WHERE id = 2`);
  for (;;) {
    await forward.link.barrier(LIMIT);
    if ((await rowsOf(dbs.service, 'SELECT count(*) FROM people'))[0]![0] === '1') break;
  }
  assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), [
    ['update_missing', 'monolith'],
    ['delete_missing', 'monolith'],
  ]);
  assert.deepEqual(await rowsOf(dbs.service, PEOPLE), [['Back', 'Again', 'mail1']]);
  await end(dbs, forward, reverse);
});

test('a finer split the service has made is left alone while the monolith says the same of the row', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  await dbs.service.query(
    `UPDATE people SET first_name = 'Mary Ann', last_name = 'Smith' WHERE person_id = 1`,
  );
  await settle(dbs, forward, reverse);
  await setShare(reverse, 0);
  await setShare(forward, 0);
  await dbs.legacy.query(`UPDATE users SET email = 'new' WHERE id = 1`);
  await settle(dbs, forward, reverse);
  assert.deepEqual((await rowsOf(dbs.service, PEOPLE))[0], ['Mary Ann', 'Smith', 'new']);
  await dbs.legacy.query(`UPDATE users SET full_name = 'Mary Anne Smith' WHERE id = 1`);
  await settle(dbs, forward, reverse);
  assert.deepEqual((await rowsOf(dbs.service, PEOPLE))[0], ['Mary', 'Anne Smith', 'new']);
  await end(dbs, forward, reverse);
});

test('with REPLICA IDENTITY FULL only a change of our own columns is a conflict', async () => {
  const { dbs, forward, reverse } = await bothLinks(10_000);
  await dbs.legacy.query('ALTER TABLE users REPLICA IDENTITY FULL');
  await reverse.stop();
  await dbs.service.query(`UPDATE people SET first_name = 'Newer' WHERE person_id = 1`);
  // The monolith's row is behind; its change touches only what the monolith owns.
  await dbs.legacy.query(`UPDATE users SET last_login = '2024-01-01' WHERE id = 1`);
  await forward.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), []);
  await dbs.legacy.query(`UPDATE users SET email = 'wrong side' WHERE id = 1`);
  await forward.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), [['update_origin_differs', 'service']]);
  assert.deepEqual(
    await rowsOf(dbs.service, 'SELECT first_name, email, last_login FROM people WHERE person_id = 1'),
    [['Newer', 'mail1', '2024-01-01 00:00:00+00']],
  );
  await end(dbs, forward, reverse);
});

test('two services on one legacy table: what one writes back flows on to the other, and is no conflict', async () => {
  const accounts = table({
    legacy: 'users',
    service: 'accounts',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: [copy('id', 'email', 'secret')],
  });
  const profiles = table({
    legacy: 'users',
    service: { table: 'profiles', key: ['user_id'] },
    rows: 'foreign',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'user_id' },
    columns: [
      rename('id', 'user_id'),
      split('full_name', ['first', 'last']),
      copy('email', { flow: 'forward' }),
    ],
  });
  const auth = await pair(
    undefined,
    'CREATE TABLE accounts (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, email text UNIQUE, secret text)',
    [accounts],
  );
  const users = await pair(
    'SELECT 1',
    'CREATE TABLE profiles (user_id bigint PRIMARY KEY, first text, last text, email text)',
    [profiles],
  );
  const usersConfig = (direction: 'forward' | 'reverse') => {
    const config = users.config(direction, { salt: 'users' });
    return direction === 'forward'
      ? { ...config, source: auth.legacyUrl }
      : { ...config, target: auth.legacyUrl };
  };
  const authConfig = (direction: 'forward' | 'reverse') =>
    auth.config(direction, { service: 'auth', salt: 'auth' });
  await auth.legacy.query(
    `INSERT INTO users (full_name, email) SELECT 'User ' || i, 'mail' || i FROM generate_series(1, 3) i`,
  );
  const links: Running[] = [];
  for (const config of [authConfig('forward'), usersConfig('forward')]) links.push(await start(config));
  for (const config of [authConfig('reverse'), usersConfig('reverse')]) {
    const link = openLink(config);
    await link.prepare();
    links.push(run(link));
  }
  await streaming(...links);
  for (const each of links) await setShare(each, 10_000);
  const flow = async () => {
    for (let round = 0; round < 3; round++) for (const each of links) await each.link.barrier(LIMIT);
  };
  // Each service changes what it owns of the same rows, at the same time.
  await auth.service.query(`UPDATE accounts SET email = 'new' || id WHERE id <= 2`);
  await users.service.query(`UPDATE profiles SET first = 'New' WHERE user_id = 2`);
  await auth.service.query(`INSERT INTO accounts (email, secret) VALUES ('registered', 's')`);
  await auth.service.query('DELETE FROM accounts WHERE id = 3');
  await flow();
  assert.deepEqual(await rowsOf(auth.legacy, 'SELECT id, full_name, email, secret FROM users ORDER BY id'), [
    ['1', 'User 1', 'new1', null],
    ['2', 'New 2', 'new2', null],
    ['1073741825', null, 'registered', 's'],
  ]);
  assert.deepEqual(
    await rowsOf(users.service, 'SELECT user_id, first, last, email FROM profiles ORDER BY user_id'),
    [
      ['1', 'User', '1', 'new1'],
      ['2', 'New', '2', 'new2'],
      ['1073741825', null, null, 'registered'],
    ],
  );
  // The profile service may delete its row; the monolith's is not its to delete.
  await users.service.query('DELETE FROM profiles WHERE user_id = 1');
  await flow();
  assert.deepEqual(await rowsOf(auth.legacy, 'SELECT count(*) FROM users WHERE id = 1'), [['1']]);
  for (const db of [auth.legacy, auth.service, users.service])
    assert.deepEqual(await rowsOf(db, 'SELECT kind, link, source_row FROM banyan.conflicts'), []);
  for (const each of links) await each.stop();
  for (const each of links) await each.link.drop();
  await Promise.all([auth.close(), users.close()]);
});

async function streaming(...links: Running[]): Promise<void> {
  for (const each of links) await Promise.race([each.link.barrier(LIMIT), each.ended]);
}
