import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isServiceSide } from '@banyan/cohort';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { openLink } from '../link/link.ts';
import { copy, rename, table } from '../mapping/mapping.ts';
import { LIMIT, pair, rowsOf, run, start, usersMapping } from '../testing/support.ts';
import { installGuard, refusedWrites, removeGuard, setGuard } from './guard.ts';

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
    if (isServiceSide(5_000, 'users', String(id))) await assert.rejects(change, { code: 'BA001' });
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
  await removeGuard(dbs.legacy, { service: 'users' });
  await dbs.close();
});

test("TRUNCATE, of the table or of its parent, is refused once a row is the service's, unless the plan ignores it", async () => {
  const dbs = await pair(
    `CREATE TABLE parent (id int PRIMARY KEY);
     CREATE TABLE "Child.s" (id int PRIMARY KEY, parent int REFERENCES parent, "user" text);
     CREATE TABLE log (id int PRIMARY KEY, v int); CREATE TABLE read_copy (id int PRIMARY KEY, v int);
     CREATE TABLE single (id int PRIMARY KEY, v int)`,
    'SELECT 1',
  );
  const byKey = { by: 'key', legacyColumn: 'user', serviceColumn: 'user' } as const;
  const legacy = { schema: 'public', table: 'Child.s', key: ['id'] };
  const tables = [
    table({ legacy, owner: byKey, columns: [copy('id', 'parent', 'user')] }),
    table({ legacy: 'log', columns: [copy('id', 'v')], onTruncate: 'ignore' }),
    table({ legacy: 'read_copy', rows: 'foreign', columns: [copy('id'), copy('v', { flow: 'forward' })] }),
    table({ legacy: 'single', columns: [copy('id', 'v')], onTruncate: 'replicate' }),
  ];
  await installGuard(dbs.legacy, { service: 'users', tables });
  await dbs.legacy.query('TRUNCATE parent, "Child.s", log, read_copy, single');
  await setGuard(dbs.legacy, { service: 'users', share: 1 });
  await assert.rejects(
    dbs.legacy.query('TRUNCATE parent CASCADE'),
    (error: Error & { code: string; detail: string }) => {
      assert.equal(error.code, 'BA001');
      assert.equal(error.message, 'Banyan: the service users owns rows of Child.s');
      assert.match(error.detail, /TRUNCATE refused/);
      return true;
    },
  );
  await assert.rejects(dbs.legacy.query('TRUNCATE ONLY "Child.s" RESTART IDENTITY'), { code: 'BA001' });
  await dbs.legacy.query('TRUNCATE log, read_copy, single');
  assert.deepEqual((await refusedWrites(dbs.legacy, ['users'])).counts, [2]);
  await setGuard(dbs.legacy, { service: 'users', share: 10_000 });
  await assert.rejects(dbs.legacy.query('TRUNCATE single'), { code: 'BA001' });
  await dbs.legacy.query(
    'SET session_replication_role = replica; TRUNCATE single; RESET session_replication_role',
  );
  await removeGuard(dbs.legacy, { service: 'users' });
  await dbs.legacy.query('TRUNCATE parent, "Child.s", single');
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
  await back.link.barrier(LIMIT);
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

/** A monolith whose role owns its tables, and a Banyan that is no superuser and has joined that role. */
async function twoRoles(tables: string) {
  const server = await testServer();
  const [app, banyan] = await Promise.all([server.role('shop_app'), server.role('banyan')]);
  const url = await server.database('shop');
  const admin = createPool(url, { max: 1 });
  await admin.query(`GRANT ALL ON SCHEMA public TO ${app.name}; GRANT ${app.name} TO ${banyan.name};
    DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO ${banyan.name}', current_database()); END $$`);
  const [monolith, ours] = [createPool(app.url(url), { max: 1 }), createPool(banyan.url(url), { max: 2 })];
  await monolith.query(tables);
  return {
    url,
    admin,
    monolith,
    ours,
    close: () => Promise.all([admin, monolith, ours].map((pool) => pool.end())),
  };
}

const NOTES = `CREATE TABLE notes (id int PRIMARY KEY, body text); INSERT INTO notes VALUES (1, 'a'), (2, 'b')`;
const notes = {
  service: 'notes',
  tables: [
    table({
      legacy: 'notes',
      owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
      columns: [copy('id', 'body')],
    }),
  ],
};

test("the monolith's own role, which has no right in schema banyan, meets nothing but the guard's refusal", async () => {
  const { monolith, ours, close } = await twoRoles(NOTES);
  await installGuard(ours, notes);
  await assert.rejects(monolith.query('SELECT FROM banyan.guards'), { code: '42501' });
  await monolith.query(`UPDATE notes SET body = 'c' WHERE id = 1`);
  await setGuard(ours, { service: 'notes', share: 10_000 });
  await assert.rejects(monolith.query(`UPDATE notes SET body = 'd' WHERE id = 1`), { code: 'BA001' });
  await assert.rejects(monolith.query('DELETE FROM notes'), { code: 'BA001' });
  await removeGuard(ours, notes);
  await monolith.query('DELETE FROM notes');
  await close();
});

test('refused writes are counted although their transactions are rolled back', async () => {
  const { monolith, ours, close } = await twoRoles(NOTES);
  assert.deepEqual((await refusedWrites(ours, ['notes'])).counts, [0]);
  await installGuard(ours, notes);
  assert.deepEqual((await refusedWrites(ours, ['notes'])).counts, [0]);
  await setGuard(ours, { service: 'notes', share: 10_000 });
  for (let count = 1; count <= 3; count++) {
    await assert.rejects(monolith.query('DELETE FROM notes WHERE id = 1'), { code: 'BA001' });
    assert.deepEqual((await refusedWrites(ours, ['notes'])).counts, [count]);
  }
  await monolith.query('UPDATE notes SET body = body');
  assert.deepEqual((await refusedWrites(ours, ['notes'])).counts, [3]);
  await removeGuard(ours, notes);
  assert.deepEqual((await refusedWrites(ours, ['notes'])).counts, [0]);
  await close();
});

test("what is refused to the monolith's own jobs is refused, and counted apart, by the name of the connection", async () => {
  const { monolith, ours, close } = await twoRoles(NOTES);
  await installGuard(ours, { ...notes, jobs: ["night's work", 'cron'] });
  await setGuard(ours, { service: 'notes', share: 10_000 });
  const counts = async () => {
    const { counts, excused } = await refusedWrites(ours, ['notes']);
    return [...counts, ...excused];
  };
  const writeAs = async (name: string) => {
    const client = await monolith.connect();
    try {
      await client.query(`SELECT set_config('application_name', $1, false)`, [name]);
      await assert.rejects(client.query('DELETE FROM notes WHERE id = 1'), { code: 'BA001' });
      await assert.rejects(client.query('TRUNCATE notes'), { code: 'BA001' });
    } finally {
      client.release(true);
    }
  };
  await writeAs("night's work");
  assert.deepEqual(await counts(), [0, 2]);
  for (const other of ['', 'Cron', 'cron ']) await writeAs(other);
  assert.deepEqual(await counts(), [6, 2]);
  await removeGuard(ours, notes);
  await installGuard(ours, notes);
  await setGuard(ours, { service: 'notes', share: 10_000 });
  await writeAs('cron');
  assert.deepEqual(await counts(), [2, 0], 'nobody is excused whom the plan does not name');
  await close();
});

test("a guard runs no code but PostgreSQL's own with Banyan's rights, and nobody else may use it", async () => {
  const { monolith, ours, close } = await twoRoles(`
    CREATE TABLE ran (who text);
    CREATE TYPE word AS (letters text);
    CREATE FUNCTION spy_cast(word) RETURNS text LANGUAGE sql AS $$ INSERT INTO public.ran VALUES (current_user); SELECT ($1).letters $$;
    CREATE CAST (word AS text) WITH FUNCTION spy_cast(word) AS IMPLICIT;
    CREATE FUNCTION spy_equals(word, word) RETURNS boolean LANGUAGE sql AS $$ INSERT INTO public.ran VALUES (current_user); SELECT false $$;
    CREATE OPERATOR = (LEFTARG = word, RIGHTARG = word, FUNCTION = spy_equals);
    CREATE FUNCTION format(text, word) RETURNS text LANGUAGE sql AS $$ INSERT INTO public.ran VALUES (current_user); SELECT 'x' $$;
    CREATE TABLE notes (id int PRIMARY KEY, body word, keeper word);
    INSERT INTO notes VALUES (1, ROW('a'), ROW('k'))`);
  const guarded = {
    service: 'notes',
    tables: [
      table({
        legacy: 'notes',
        owner: { by: 'key', legacyColumn: 'keeper', serviceColumn: 'keeper' },
        columns: [copy('id', 'body', 'keeper')],
      }),
    ],
  };
  await installGuard(ours, guarded);
  await setGuard(ours, { service: 'notes', share: 9_999 });
  const banyan = (await ours.query('SELECT current_user AS name')).rows[0].name;
  await monolith.query(
    'CREATE TEMP TABLE guards (service text, share int); SET search_path = pg_temp, public',
  );
  await monolith.query(`UPDATE public.notes SET body = ROW('b')`).catch(() => {});
  await monolith.query('DELETE FROM public.notes').catch(() => {});
  const ran = await monolith.query('SELECT who FROM public.ran WHERE who = $1', [banyan]);
  assert.equal(ran.rowCount, 0);
  const { rows } = await ours.query(
    `SELECT p.oid::regprocedure::text AS name, has_function_privilege('public', p.oid, 'EXECUTE') AS open
     FROM pg_proc p WHERE p.pronamespace = 'banyan'::regnamespace`,
  );
  assert.deepEqual(
    rows.map(({ open }) => open),
    [false, false],
  );
  for (const { name } of rows)
    await assert.rejects(
      monolith.query(`CREATE TABLE public.mine (id int, body word, keeper word);
        CREATE TRIGGER t BEFORE UPDATE ON public.mine FOR EACH ROW EXECUTE FUNCTION ${name}`),
      { code: '42501' },
    );
  await close();
});

test('what the guard cannot judge is let through: a column that is gone, types without equality, generated columns', async () => {
  const { monolith, ours, close } = await twoRoles(`
    CREATE TABLE notes (
      id int PRIMARY KEY, body json, at point, gone text, size int GENERATED ALWAYS AS (id + 1) STORED, other text
    );
    INSERT INTO notes VALUES (1, '{}', '(1,1)', 'x')`);
  await installGuard(ours, {
    service: 'notes',
    tables: [
      table({
        legacy: 'notes',
        owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
        columns: [copy('id', 'body', 'at', 'gone', 'size')],
      }),
    ],
  });
  await setGuard(ours, { service: 'notes', share: 10_000 });
  await monolith.query(`UPDATE notes SET other = 'free'`);
  await assert.rejects(monolith.query(`UPDATE notes SET body = '{"a":1}'`), { code: 'BA001' });
  await assert.rejects(monolith.query(`UPDATE notes SET at = '(2,2)'`), { code: 'BA001' });
  await monolith.query('ALTER TABLE notes DROP COLUMN gone');
  await monolith.query(`UPDATE notes SET other = 'still free', body = '{"a":2}'`);
  await close();
});

test('tables whose long names begin alike have guards of their own', async () => {
  const long = 'customer_subscription_invoice_line_items_archive_of_year';
  const { monolith, ours, close } = await twoRoles(
    `CREATE TABLE ${long}_a (id int PRIMARY KEY, a text); CREATE TABLE ${long}_b (id int PRIMARY KEY, b text);
     INSERT INTO ${long}_a VALUES (1, 'a'); INSERT INTO ${long}_b VALUES (1, 'b')`,
  );
  await installGuard(ours, {
    service: 'a_service_with_the_longest_name_allowed_',
    tables: [
      table({ legacy: `${long}_a`, columns: [copy('id', 'a')] }),
      table({ legacy: `${long}_b`, columns: [copy('id', 'b')] }),
    ],
  });
  await setGuard(ours, { service: 'a_service_with_the_longest_name_allowed_', share: 10_000 });
  await assert.rejects(monolith.query(`UPDATE ${long}_a SET a = 'x'`), { code: 'BA001' });
  await assert.rejects(monolith.query(`UPDATE ${long}_b SET b = 'x'`), { code: 'BA001' });
  await removeGuard(ours, { service: 'a_service_with_the_longest_name_allowed_' });
  await monolith.query(`UPDATE ${long}_a SET a = 'x'; UPDATE ${long}_b SET b = 'x'`);
  await close();
});

test('a writer that goes through the tables the other way is never ended by a deadlock while guards come and go', {
  timeout: 300_000,
}, async (t) => {
  const dbs = await pair(
    `CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY, v int);
     INSERT INTO a VALUES (1, 0); INSERT INTO b VALUES (1, 0);
     DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''400ms''', current_database()); END $$`,
    'SELECT 1',
  );
  const pool = createPool(dbs.legacyUrl, { max: 3 });
  t.after(() => pool.end());
  const tables = ['a', 'b'].map((legacy) => table({ legacy, columns: [copy('id', 'v')] }));
  const guard = { service: 'users', limitMs: 300_000 };
  const ways = [
    { mode: 'ShareRowExclusiveLock', go: () => installGuard(pool, { ...guard, tables }) },
    { mode: 'AccessExclusiveLock', go: () => removeGuard(pool, guard) },
  ];
  const waits = `SELECT FROM pg_locks WHERE NOT granted AND mode = $1 AND relation = 'b'::regclass`;
  for (const { mode, go } of ways) {
    const writer = await pool.connect();
    await writer.query('BEGIN; UPDATE b SET v = v + 1');
    const going = go();
    while ((await dbs.legacy.query(waits, [mode])).rowCount === 0)
      await delay(5, undefined, { signal: t.signal });
    await writer.query('UPDATE a SET v = v + 1');
    await writer.query('COMMIT');
    writer.release();
    await going;
  }
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT a.v, b.v FROM a, b'), [['2', '2']]);
  await dbs.close();
});
