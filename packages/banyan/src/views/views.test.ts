import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ResolvedPlan, resolvePlan } from '@banyan/plan';
import { aPlan, aRoute, aService } from '@banyan/plan/testing';
import { createPool, type Db } from '@banyan/postgres';
import { type TestServer, testServer } from '@banyan/postgres/testing';
import { copy, rename, split, table } from '@banyan/replication';
import { MAIN, run, writePlan } from '../testing/run-cli.ts';
import type { Way } from './sql.ts';
import { applyViews, dropScript, runScript, type ViewsOptions } from './views.ts';

const LEGACY = `
  CREATE TYPE mood AS ENUM ('good', 'bad');
  CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL, hashed_password text, full_name text NOT NULL,
    skills text[], mood mood, created_at timestamptz NOT NULL, nobodys numeric(6,2));
  CREATE TABLE notices (id bigint PRIMARY KEY, source text, body text);`;
const ACCOUNTS = `CREATE TABLE accounts (id integer PRIMARY KEY, email text NOT NULL, password_hash text NOT NULL,
  display_name text NOT NULL, created_at timestamptz NOT NULL, secret text)`;
const PROFILES = `CREATE TABLE profiles (user_id integer PRIMARY KEY, email text NOT NULL, first_name text, last_name text,
  skills text[], mood text)`;
const NOTICES = 'CREATE TABLE notices (id bigint PRIMARY KEY, source text, body text)';

const users = { by: 'key', legacyColumn: 'id' } as const;
const TABLES = {
  auth: [
    table({
      legacy: 'users',
      service: 'accounts',
      owner: { ...users, serviceColumn: 'id' },
      columns: [
        copy('id', 'email', 'created_at'),
        rename('hashed_password', 'password_hash'),
        rename('full_name', 'display_name', { flow: 'seed' }),
      ],
    }),
  ],
  users: [
    table({
      legacy: 'users',
      service: { table: 'profiles', key: ['user_id'] },
      rows: 'foreign',
      owner: { ...users, serviceColumn: 'user_id' },
      columns: [
        rename('id', 'user_id'),
        split('full_name', ['first_name', 'last_name']),
        copy('skills', 'mood'),
        copy('email', { flow: 'forward' }),
      ],
    }),
  ],
  jobs: [
    table({
      legacy: 'notices',
      where: { column: 'source', in: ['jobs'] },
      columns: [copy('id', 'source', 'body')],
    }),
  ],
};
const SCHEMAS = { auth: ACCOUNTS, users: PROFILES, jobs: NOTICES };

let server: TestServer;
let plan: ResolvedPlan;
let given: object;
const pools: Record<string, Db> = {};

before(async () => {
  server = await testServer();
  const urls: Record<string, string> = {};
  for (const [name, sql] of Object.entries({ monolith: LEGACY, ...SCHEMAS })) {
    urls[name] = await server.database(`views_${name}`);
    pools[name] = createPool(urls[name]);
    await pools[name].query(sql);
  }
  const services = Object.fromEntries(
    Object.entries(TABLES).map(([name, tables]) => [
      name,
      aService(name, {
        database: urls[name]!,
        tables,
        routes: [aRoute(`GET /${name}`, 'none', { auth: 'none' })],
      }),
    ]),
  );
  given = { monolith: { ...aPlan().monolith, database: urls.monolith! }, services };
  plan = resolvePlan(aPlan(given));
  // What the monolith had last, and what the services have since: the view shows the second.
  await pools.monolith!.query(
    `INSERT INTO users VALUES (1, 'old@example.com', 'old', 'Old Name', '{a}', 'bad', '2020-01-01Z', 1.5);
     INSERT INTO notices VALUES (1, 'jobs', 'old'), (2, 'mail', 'of the monolith'), (3, NULL, 'of nobody')`,
  );
  await pools.auth!.query(
    `INSERT INTO accounts VALUES (1, 'one@example.com', 'hash 1', 'Given Once', '2020-01-01Z', 'x'),
       (2, 'two@example.com', 'hash 2', 'Somebody New', '2026-01-01Z', 'x')`,
  );
  await pools.users!.query(
    `INSERT INTO profiles VALUES (1, 'behind@example.com', 'New', 'Name of One', '{a,"b c"}', 'good')`,
  );
  await pools.jobs!.query(`INSERT INTO notices VALUES (1, 'jobs', 'new'), (9, 'jobs', 'newest')`);
});
after(async () => {
  for (const pool of Object.values(pools)) await pool.end();
});

const OPTIONS: ViewsOptions = { way: 'postgres_fdw', schema: 'legacy', readers: [], without: [] };
const apply = async (options: Partial<ViewsOptions> = {}) =>
  await applyViews(plan, { ...OPTIONS, ...options }, `it's a "password"`);
const drop = () => runScript(dropScript(plan, OPTIONS));
const rowsOf = async (db: Db, sql: string) => (await db.query(sql)).rows;

for (const way of ['postgres_fdw', 'dblink'] as Way[])
  describe(`views by ${way}`, () => {
    test('show a table that two services share as the monolith had it: its columns, its types, what each service has', async () => {
      await apply({ way });
      const shape = (schema: string) =>
        rowsOf(
          pools.monolith!,
          `SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
           WHERE attrelid = '${schema}.users'::regclass AND attnum > 0 ORDER BY attnum`,
        );
      assert.deepEqual(await shape('legacy'), await shape('public'));
      const created = (day: string) => new Date(`${day}T00:00:00Z`);
      assert.deepEqual(await rowsOf(pools.monolith!, 'SELECT * FROM legacy.users ORDER BY id'), [
        {
          id: 1,
          email: 'one@example.com',
          hashed_password: 'hash 1',
          full_name: 'New Name of One',
          skills: ['a', 'b c'],
          mood: 'good',
          created_at: created('2020-01-01'),
          nobodys: '1.50',
        },
        {
          id: 2,
          email: 'two@example.com',
          hashed_password: 'hash 2',
          full_name: null,
          skills: null,
          mood: null,
          created_at: created('2026-01-01'),
          nobodys: null,
        },
      ]);
    });

    test('show rows that no service took over where they still are', async () => {
      await apply({ way });
      const rows = await rowsOf(pools.monolith!, 'SELECT * FROM legacy.notices ORDER BY id');
      assert.deepEqual(
        rows.map(({ id, body }) => [Number(id), body]),
        [
          [1, 'new'],
          [2, 'of the monolith'],
          [3, 'of nobody'],
          [9, 'newest'],
        ],
      );
    });

    test('are read by readers, who can read nothing else, nor write, nor see the password', async () => {
      const reader = await server.role(`reader_${way}`);
      await apply({ way, readers: [reader.name], without: ['users.hashed_password'] });
      const pool = createPool(reader.url(plan.monolith.database));
      const refused = (sql: string) => assert.rejects(pool.query(sql), /permission denied|cannot/, sql);
      const [row] = await rowsOf(pool, 'SELECT email, hashed_password FROM legacy.users WHERE id = 1');
      assert.deepEqual(row, { email: 'one@example.com', hashed_password: null });
      if (way === 'postgres_fdw') await refused(`SELECT * FROM banyan_views."auth.public.accounts"`);
      await refused(`UPDATE legacy.users SET email = 'x'`);
      await refused('SELECT * FROM public.users');
      const mappings = await rowsOf(pool, 'SELECT usename, umoptions::text FROM pg_user_mappings');
      for (const { usename, umoptions } of mappings)
        assert.ok(umoptions === null || usename === reader.name, 'options of others are not shown');
      await pool.end();
      await drop();
    });

    test('have a role at the services that may select what they show, and nothing else', async () => {
      await apply({ way, without: ['users.hashed_password'] });
      const may = async (column: string, what = 'SELECT') =>
        (
          await rowsOf(
            pools.auth!,
            `SELECT has_column_privilege('banyan_views', 'accounts', '${column}', '${what}') AS may`,
          )
        )[0].may;
      assert.deepEqual(
        [await may('email'), await may('secret'), await may('password_hash'), await may('email', 'UPDATE')],
        [true, false, false, false],
      );
      const [role] = await rowsOf(
        pools.auth!,
        `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = 'banyan_views'`,
      );
      assert.deepEqual(new Set(Object.values(role)), new Set([false]));
      await drop();
    });

    test('are taken away without a trace, which twice is no error, and made again in the place of those before', async () => {
      await apply({ way });
      await apply({ way });
      await drop();
      await drop();
      const left = `SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('legacy', 'banyan_views')
        UNION ALL SELECT srvname FROM pg_foreign_server`;
      assert.deepEqual(await rowsOf(pools.monolith!, left), []);
      assert.deepEqual(await rowsOf(pools.auth!, `SELECT FROM pg_roles WHERE rolname = 'banyan_views'`), []);
    });
  });

test('banyan views prints SQL without any password, changes nothing by that, and does with --apply what it printed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'views-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writePlan(folder, 7070, given);
  const banyan = (...args: string[]) => run([MAIN, 'views', ...args], folder).ended;
  const printed = await banyan();
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(printed.stdout, /-- in the database of auth\n[\s\S]*PASSWORD :'banyan_views_password'/);
  assert.deepEqual(await rowsOf(pools.monolith!, 'SELECT FROM pg_foreign_server'), []);
  const applied = await banyan('--apply', '--json');
  assert.equal(applied.code, 0, applied.stderr);
  const [{ options }] = await rowsOf(
    pools.monolith!,
    'SELECT umoptions::text AS options FROM pg_user_mappings LIMIT 1',
  );
  const password = /password=([\w-]+)/.exec(options)![1]!;
  assert.ok(!(applied.stdout + applied.stderr).includes(password));
  assert.equal((await rowsOf(pools.monolith!, 'SELECT * FROM legacy.users')).length, 2);
  const wrong = await banyan('--without', 'users.nothing');
  assert.deepEqual([wrong.code, /public.users has no column nothing/.test(wrong.stderr)], [2, true]);
  assert.equal((await banyan('--drop', '--apply')).code, 0);
  assert.deepEqual(await rowsOf(pools.monolith!, 'SELECT FROM pg_foreign_server'), []);
});
