import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool, EXACT_SETTINGS, quoteIdent, quoteLiteral } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { TargetSession } from '../apply/target-session.ts';
import { openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';
import { end, LIMIT, pair, rowsOf, run, setShare, settle, start } from '../testing/support.ts';
import { verify } from '../verify/verify.ts';

/** What a role or a database can be made to say, of all that changes text, hides rows or ends statements. */
const HOSTILE: Record<string, string> = {
  search_path: 'evil, pg_catalog',
  client_encoding: 'LATIN1',
  timezone: 'Asia/Kolkata',
  datestyle: 'SQL, DMY',
  intervalstyle: 'sql_standard',
  extra_float_digits: '-15',
  bytea_output: 'escape',
  array_nulls: 'off',
  lc_monetary: 'POSIX',
  xmloption: 'document',
  xmlbinary: 'hex',
  default_text_search_config: 'pg_catalog.english',
  standard_conforming_strings: 'off',
  transform_null_equals: 'on',
  quote_all_identifiers: 'on',
  row_security: 'on',
  lock_timeout: '1ms',
  statement_timeout: '1ms',
  idle_in_transaction_session_timeout: '1ms',
  idle_session_timeout: '1ms',
  exit_on_error: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  synchronous_commit: 'off',
};
const NEWER: Record<string, string> = { transaction_timeout: '100ms' };

/** Names that a role's search_path would find before PostgreSQL's own. */
const EVIL = `CREATE SCHEMA evil;
  CREATE FUNCTION evil.md5(text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
  CREATE FUNCTION evil.never(int, int) RETURNS bool LANGUAGE sql AS $$ SELECT false $$;
  CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.never);
  CREATE DOMAIN evil.int4 AS text;`;

const DEFINE = `CREATE TYPE mood AS ENUM ('sad', 'very "happy"'); CREATE TYPE whole AS (a int, b text);
  CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TYPE textrange AS RANGE (subtype = text);`;

/** Fifty types and more, each with values whose text depends on a setting, or that are awkward otherwise. */
const TYPES: Record<string, string[]> = {
  smallint: ['-32768'],
  integer: ['2147483647'],
  bigint: ['9223372036854775807'],
  numeric: ['1.50', 'NaN', '1e-30'],
  'numeric(30,10)': ['12345678901234567890.0123456789'],
  real: ['0.1', '3.4028235e38'],
  'double precision': ['0.1', '3.141592653589793', '-Infinity'],
  money: ['$1,234.50'],
  boolean: ['t'],
  text: ['', "it's \\ a 'test'", 'Zoë 🦊', '\\N'],
  'character(5)': ['ab'],
  'character varying(8)': [' x '],
  name: ['Name'],
  '"char"': ['x'],
  bytea: ['\\x00ff10', '\\x'],
  date: ['2024-02-01', 'infinity', '0001-01-01 BC'],
  time: ['23:59:59.999999'],
  timetz: ['12:00:00+05:30'],
  timestamp: ['2024-02-01 03:04:05.000006', '-infinity'],
  timestamptz: ['2024-02-01 03:04:05.000006+00', '1900-01-01 00:00:00+00'],
  interval: ['1 year -2 mons 3 days -04:05:06.789', '-00:00:01'],
  uuid: ['0b3f2c1e-7b8a-4d7e-9a55-0f6f2d3c4b5a'],
  json: ['{"b": 1,  "a":"\\u0000", "b": 2}', 'null'],
  jsonb: ['{"big": 12345678901234567890.123456789}'],
  jsonpath: ['$."a"[*] ? (@ > 1)'],
  xml: ['<a b="c">d</a>', 'a fragment <b/>'],
  'integer[]': ['{1,NULL,2}', '[0:1]={7,8}'],
  'text[]': ['{NULL,"NULL","a,b"}'],
  'timestamptz[]': ['{"2024-02-01 00:00:00+00",NULL}'],
  'interval[]': ['{"1 day 02:00:00"}'],
  'bytea[]': ['{"\\\\x00ff"}'],
  'money[]': ['{"$1,000.00"}'],
  mood: ['very "happy"'],
  'mood[]': ['{sad,NULL}'],
  whole: ['(1,"a, b")'],
  positive: ['7'],
  int4range: ['[1,5)', 'empty'],
  int8range: ['(,)'],
  numrange: ['[1.50,2.0]'],
  daterange: ['[2024-02-01,2024-02-03)'],
  tsrange: ['["2024-02-01 00:00:00",)'],
  tstzrange: ['["2024-02-01 00:00:00+00",)'],
  int4multirange: ['{[1,3),[5,7)}'],
  textrange: ['[a,b]'],
  inet: ['10.0.0.1/8', '::1'],
  cidr: ['10.0.0.0/8'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  'bit(3)': ['101'],
  'bit varying': ['10101'],
  point: ['(1.5,-2)'],
  line: ['{1,2,0.1}'],
  lseg: ['[(0,0),(1,0.1)]'],
  box: ['(1,1),(0,0)'],
  path: ['((0,0),(1,0.1))'],
  polygon: ['((0,0),(1,0),(1,1))'],
  circle: ['<(0,0),0.1>'],
  tsvector: [`'fat':2 'rat':3`],
  tsquery: [`'fat' & 'rat'`],
  pg_lsn: ['16/B374D848'],
  oid: ['42'],
  regclass: ['pg_class', 'things'],
  regtype: ['mood'],
};

async function makeHostile(dbs: { url: string; db: pg.Pool }[], role: string): Promise<void> {
  for (const { url, db } of dbs) {
    await db.query(EVIL);
    const database = quoteIdent(decodeURIComponent(new URL(url).pathname.slice(1)));
    const { rows } = await db.query('SELECT name FROM pg_settings WHERE name = ANY($1)', [
      Object.keys(NEWER),
    ]);
    const newer = rows.map(({ name }) => [name, NEWER[name]!] as const);
    for (const [name, value] of [...Object.entries(HOSTILE), ...newer])
      for (const whose of [`ROLE ${quoteIdent(role)}`, `DATABASE ${database}`])
        await db.query(
          `ALTER ${whose} SET ${name} = ${name === 'search_path' ? value : quoteLiteral(value)}`,
        );
  }
}

test('fifty types pass unchanged both ways, whatever the settings of databases and roles say', async () => {
  assert.ok(Object.keys(TYPES).length >= 50);
  const names = Object.keys(TYPES).map((_, index) => `c${index}`);
  const columns = Object.keys(TYPES).map((type, index) => `c${index} ${type}`);
  const define = `${DEFINE} CREATE TABLE things (id int PRIMARY KEY, ${columns.join(', ')})`;
  const mapping = table({
    legacy: 'things',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: [copy('id', ...names)],
  });
  const dbs = await pair(define, define, [mapping]);
  const role = await (await testServer()).role('hostile', 'SUPERUSER');
  await makeHostile(
    [
      { url: dbs.legacyUrl, db: dbs.legacy },
      { url: dbs.serviceUrl, db: dbs.service },
    ],
    role.name,
  );
  const rows = Math.max(...Object.values(TYPES).map((values) => values.length));
  const insert = async (db: pg.Pool, first: number) => {
    for (let row = 0; row < rows; row++) {
      const casts = Object.keys(TYPES).map((type, index) => `$${index + 1}::text::${type}`);
      await db.query(
        `INSERT INTO things VALUES (${first + row}, ${casts.join(', ')})`,
        Object.values(TYPES).map((values) => values[row] ?? null),
      );
    }
  };
  const legacyUrl = role.url(dbs.legacyUrl);
  const serviceUrl = role.url(dbs.serviceUrl);
  await insert(dbs.legacy, 0);
  const forward = await start(dbs.config('forward', { source: legacyUrl, target: serviceUrl }));
  const reverse = openLink(dbs.config('reverse', { source: serviceUrl, target: legacyUrl }));
  assert.deepEqual(
    (await reverse.preflight()).filter(({ severity }) => severity === 'error'),
    [],
  );
  await reverse.prepare();
  const back = run(reverse);
  const shifted = names.map((name) => `${name} = f.${name}`).join(', ');
  const change = async (db: pg.Pool, first: number) => {
    await insert(db, first);
    await db.query(
      `INSERT INTO things (id) SELECT id + 1000 FROM things WHERE id BETWEEN ${first} AND ${first + 99}`,
    );
    await db.query(`UPDATE things t SET ${shifted} FROM things f WHERE t.id = f.id + 1000`);
  };
  await change(dbs.legacy, 100);
  await settle(dbs, forward, back);
  await Promise.all([setShare(forward, 10_000), setShare(back, 10_000)]);
  await change(dbs.service, 200);
  await settle(dbs, forward, back);
  // On the wrong side: every column is compared, also of types without an equality, and the owner's row comes back.
  const nothing = names.map((name) => `${name} = NULL`).join(', ');
  await dbs.legacy.query(`UPDATE things SET ${nothing} WHERE id = 1100`);
  await settle(dbs, forward, back);
  assert.equal(forward.link.status().conflicts, 1);
  // The databases' own settings are in the way of who only looks, too.
  const looking = [dbs.legacyUrl, dbs.serviceUrl].map((url) => createPool(url, { max: 1, exact: true }));
  const sums = await Promise.all(
    looking.map((db) =>
      rowsOf(db, `SELECT count(*), md5(string_agg(t::text, ';' ORDER BY id)) FROM things t`),
    ),
  );
  await Promise.all(looking.map((db) => db.end()));
  assert.deepEqual(sums[1], sums[0]);
  assert.equal(sums[0]![0]![0], String(rows * 5));
  const verdict = await verify({
    legacy: legacyUrl,
    service: serviceUrl,
    mapping,
    salt: 'users',
    share: 10_000,
    waitApplied: async () => {
      for (const { link } of [forward, back]) await link.barrier(LIMIT);
    },
  });
  assert.deepEqual([verdict.verdict, verdict.rows], ['CONSISTENT', rows * 5]);
  await end(dbs, forward, back);
});

test('every session that carries rows has every setting of the list, however hostile its role is', async () => {
  const server = await testServer();
  const url = await server.database('hostile_sessions');
  const admin = createPool(url, { max: 1 });
  const role = await server.role('hostile_sessions', 'SUPERUSER');
  await makeHostile([{ url, db: admin }], role.name);
  await admin.query(`SELECT pg_replication_origin_create('hostile')`);
  await admin.end();
  const pool = createPool(role.url(url), { max: 1, exact: true });
  const session = await TargetSession.open(role.url(url), 'hostile');
  // Of its own accord a link waits for the target's disk only where that is asked for.
  const own = { synchronous_commit: 'off' };
  for (const [db, differing] of [
    [pool, {}],
    [session.client, own],
  ] as const) {
    for (const [name, value] of Object.entries({
      ...EXACT_SETTINGS,
      transaction_timeout: '0',
      ...differing,
    })) {
      const { rows } = await db.query('SELECT setting FROM pg_settings WHERE lower(name) = lower($1)', [
        name,
      ]);
      if (rows[0]) assert.equal(rows[0].setting, value, name);
    }
    // What the list does not name and a role can spoil is a gap in the list.
    const said = await db.query(
      `SELECT name FROM pg_settings WHERE source IN ('user', 'database', 'database user') AND lower(name) <> ALL($1)`,
      [Object.keys(EXACT_SETTINGS).map((name) => name.toLowerCase())],
    );
    assert.deepEqual(
      said.rows.map(({ name }) => name),
      [],
    );
  }
  await session.close();
  await pool.query(`SELECT pg_replication_origin_drop('hostile')`);
  await pool.end();
});
