import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMIT, pair, rowsOf, start } from '../testing/support.ts';
import { verify } from '../verify/verify.ts';
import { constant, copy, derived, merge, rename, split, table } from './mapping.ts';

const TYPES: Record<string, string[]> = {
  smallint: ['-32768', '32767'],
  bigint: ['9223372036854775807', '-9223372036854775808'],
  'numeric(30,10)': ['12345678901234567890.0123456789', 'NaN', '-0.0000000001'],
  numeric: ['1.50', '1e100', '0.000000000000000000000000000001'],
  'double precision': ['0.1', '1e-300', 'NaN', '-Infinity', '3.141592653589793'],
  real: ['0.1', '3.4028235e38'],
  boolean: ['t', 'f'],
  text: ['', ' ', "it's", 'back\\slash', 'tab\tnew\nline\rcr', '\\N', '{"a,b"}', 'Zoë 🦊', '\\.'],
  'character(5)': ['ab', ''],
  'character varying(8)': ['12345678', ' x '],
  bytea: ['\\x00ff10', '\\x'],
  date: ['2024-02-29', 'infinity', '0001-01-01 BC'],
  time: ['23:59:59.999999', '24:00:00'],
  timestamp: ['2024-01-01 00:00:00.123456', '-infinity'],
  timestamptz: ['2024-01-01 00:00:00.123456+00', '1900-01-01 00:00:00+00', 'infinity'],
  interval: ['1 year 2 mons 3 days 04:05:06.789', '-00:00:01'],
  uuid: ['0b3f2c1e-7b8a-4d7e-9a55-0f6f2d3c4b5a'],
  json: ['{"a": 1,  "b":12345678901234567890, "a": 2}', '"x"'],
  jsonb: ['{"big": 12345678901234567890.123456789, "n": null}', 'null'],
  'integer[]': ['{1,2,NULL}', '{}', '{{1,2},{3,4}}', '[0:1]={7,8}'],
  'text[]': ['{"a,b","c\\"d",NULL,"NULL",""}', '{}'],
  mood: ['sad', 'very "happy"'],
  'mood[]': ['{sad,"very \\"happy\\""}'],
  int4range: ['[1,5)', 'empty', '(,)'],
  tstzrange: ['["2024-01-01 00:00:00+00",)'],
  inet: ['10.0.0.0/8', '::1'],
  'bit(3)': ['101'],
  'bit varying': ['', '10101'],
  point: ['(1.5,-2)'],
  tsvector: [`'fat':2 'rat':3`],
  xml: ['<a b="c">d</a>'],
  money: ['$1,234.50'],
  whole: ['(1,"a, b")', '(,)'],
  positive: ['7'],
};
const DEFINE = `CREATE TYPE mood AS ENUM ('sad', 'very "happy"'); CREATE TYPE whole AS (a int, b text);
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);`;

test('every type passes unchanged: copied, inserted and updated', async () => {
  const names = Object.keys(TYPES).map((_, index) => `c${index}`);
  const columns = Object.keys(TYPES).map((type, index) => `c${index} ${type}`);
  const define = `${DEFINE} CREATE TABLE things (id int PRIMARY KEY, ${columns.join(', ')})`;
  const mapping = table({ legacy: 'things', columns: [copy('id', ...names)] });
  const dbs = await pair(define, define, [mapping]);
  const rows = Math.max(...Object.values(TYPES).map((values) => values.length));
  const valuesOf = (row: number) =>
    Object.values(TYPES).map((values) => (row < values.length ? values[row]! : null));
  const insert = async (first: number) => {
    for (let row = 0; row < rows; row++)
      await dbs.legacy.query(
        `INSERT INTO things VALUES (${[first + row]}, ${Object.keys(TYPES)
          .map((type, index) => `$${index + 1}::text::${type}`)
          .join(', ')})`,
        valuesOf(row),
      );
  };
  await insert(0);
  const { link, stop } = await start(dbs.config('forward'));
  await insert(100);
  await dbs.legacy.query('INSERT INTO things (id) SELECT generate_series(200, 200 + $1 - 1)', [rows]);
  await dbs.legacy.query(
    `UPDATE things t SET ${names.map((name) => `${name} = f.${name}`).join(', ')} FROM things f WHERE t.id = f.id + 200 AND f.id < 100`,
  );
  await link.barrier(LIMIT);
  const all = `SELECT * FROM things ORDER BY id`;
  const expected = await rowsOf(dbs.legacy, all);
  assert.equal(expected.length, rows * 3);
  assert.deepEqual(await rowsOf(dbs.service, all), expected);
  assert.deepEqual(
    await rowsOf(dbs.service, `SELECT ${names} FROM things WHERE id >= 200 ORDER BY id`),
    await rowsOf(dbs.legacy, `SELECT ${names} FROM things WHERE id < 100 ORDER BY id`),
  );
  const verdict = await verify({
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    mapping,
    salt: 'x',
    share: 0,
    waitApplied: async () => void (await link.barrier(LIMIT)),
  });
  assert.deepEqual([verdict.verdict, verdict.rows], ['CONSISTENT', rows * 3]);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM banyan.conflicts'), [['0']]);
  await stop();
  await link.drop();
  await dbs.close();
});

test('NULL is written where a default waits; generated columns compute themselves; identity columns take our ids', async () => {
  const dbs = await pair(
    'CREATE TABLE things (id int PRIMARY KEY, n int, t text)',
    `CREATE TABLE things (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int DEFAULT 7, t text DEFAULT 'x', twice int GENERATED ALWAYS AS (n * 2) STORED)`,
    [table({ legacy: 'things', columns: [copy('id', 'n', 't')] })],
  );
  await dbs.legacy.query(`INSERT INTO things VALUES (1, NULL, NULL), (2, 2, 'y')`);
  const { link, stop } = await start(dbs.config('forward'));
  await dbs.legacy.query(
    `INSERT INTO things VALUES (3, NULL, NULL); UPDATE things SET n = NULL WHERE id = 2; UPDATE things SET n = 5 WHERE id = 1`,
  );
  await link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM things ORDER BY id'), [
    ['1', '5', null, '10'],
    ['2', null, 'y', null],
    ['3', null, null, null],
  ]);
  await stop();
  await link.drop();
  await dbs.close();
});

test('an unchanged long value is left as it is, also when other columns of the row change in the same batch', async () => {
  const dbs = await pair(
    'CREATE TABLE docs (id int PRIMARY KEY, title text, body text)',
    'CREATE TABLE docs (id int PRIMARY KEY, title text, body text, head text)',
    [
      table({
        legacy: 'docs',
        columns: [copy('id', 'title', 'body'), derived('head', 'left(body, 10)', { reads: ['body'] })],
      }),
    ],
  );
  const { link, stop } = await start(dbs.config('forward'));
  const long = (seed: number) =>
    `(SELECT string_agg(md5((i * ${seed})::text), '') FROM generate_series(1, 500) i)`;
  await dbs.legacy.query(`INSERT INTO docs SELECT i, 'a', ${long(3)} FROM generate_series(1, 20) i`);
  await dbs.legacy.query(`UPDATE docs SET title = 'b'`);
  await dbs.legacy.query(
    `BEGIN; UPDATE docs SET body = ${long(7)} WHERE id < 10; UPDATE docs SET title = 'c' WHERE id < 15; COMMIT`,
  );
  await dbs.legacy.query(`UPDATE docs SET id = id + 100 WHERE id > 17`);
  await link.barrier(LIMIT);
  assert.deepEqual(
    await rowsOf(dbs.service, 'SELECT id, title, md5(body), head FROM docs ORDER BY id'),
    await rowsOf(dbs.legacy, 'SELECT id, title, md5(body), left(body, 10) FROM docs ORDER BY id'),
  );
  assert.equal(link.status().conflicts, 0);
  await stop();
  await link.drop();
  await dbs.close();
});

test('a merge whose input the stream does not carry stops with the column and the way on, and goes on after it', async () => {
  const dbs = await pair(
    'CREATE TABLE docs (id int PRIMARY KEY, a text, b text)',
    'CREATE TABLE docs (id int PRIMARY KEY, ab text)',
    [table({ legacy: 'docs', columns: [copy('id'), merge(['a', 'b'], 'ab', { separator: '|' })] })],
  );
  const { link, stop, ended } = await start(dbs.config('forward'));
  assert.deepEqual(
    (await link.preflight()).map((finding) => [finding.code, finding.severity]),
    [['partial_toast', 'warning']],
  );
  await dbs.legacy.query(
    `INSERT INTO docs VALUES (1, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 500) i), 'x')`,
  );
  // In one batch with its INSERT the value would be known.
  await link.barrier(LIMIT);
  await dbs.legacy.query(`UPDATE docs SET b = 'y'`);
  await assert.rejects(ended, { code: 'TOAST_ABSENT', message: /public.docs.*column: ab.*absent: a/ });
  await dbs.legacy.query(`ALTER TABLE docs REPLICA IDENTITY FULL; UPDATE docs SET b = 'z'`);
  await assert.rejects(stop(), { code: 'TOAST_ABSENT' });
  await link.drop();
  // Copied anew over what the first life has left.
  const again = await start(dbs.config('forward'));
  await dbs.legacy.query(`UPDATE docs SET b = 'w'`);
  await again.link.barrier(LIMIT);
  assert.deepEqual(
    await rowsOf(dbs.service, `SELECT right(ab, 2), md5(ab) FROM docs`),
    await rowsOf(dbs.legacy, `SELECT '|' || b, md5(a || '|' || b) FROM docs`),
  );
  await again.stop();
  await again.link.drop();
  await dbs.close();
});

test('types that differ by design: int to bigint, enum to text, json to jsonb, constants and derived columns', async () => {
  const mapping = table({
    legacy: { table: 'old', key: ['id', 'code'] },
    service: { table: 'new', key: ['item', 'code'] },
    columns: [
      rename('id', 'item'),
      copy('code', 'feeling', 'data', 'price'),
      split('label', ['head', 'tail'], { separator: '::' }),
      constant('source', `'legacy'`),
      derived('loud', 'upper(label)', { reads: ['label'] }),
    ],
  });
  const dbs = await pair(
    `CREATE TYPE feeling AS ENUM ('ok', 'bad');
     CREATE TABLE old (id int, code text, feeling feeling, data json, price numeric(10,2), label text, PRIMARY KEY (id, code))`,
    `CREATE TABLE new (item bigint, code text, feeling text, data jsonb, price numeric, head text, tail text, source text NOT NULL, loud text, PRIMARY KEY (item, code))`,
    [mapping],
  );
  await dbs.legacy.query(
    `INSERT INTO old SELECT i, 'k' || i % 7, 'ok', '{"b":1, "a":2}', i / 4.0, 'a::b' || i FROM generate_series(1, 500) i`,
  );
  const { link, stop } = await start(dbs.config('forward'));
  await dbs.legacy.query(
    `UPDATE old SET feeling = 'bad', label = 'x' WHERE id % 3 = 0; UPDATE old SET code = 'moved' WHERE id % 50 = 0`,
  );
  await dbs.legacy.query(`INSERT INTO old VALUES (1000, 'z', NULL, NULL, NULL, NULL)`);
  await link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, `SELECT * FROM new WHERE item IN (3, 50, 1000) ORDER BY item`), [
    ['3', 'k3', 'bad', '{"a": 2, "b": 1}', '0.75', 'x', null, 'legacy', 'X'],
    ['50', 'moved', 'ok', '{"a": 2, "b": 1}', '12.50', 'a', 'b50', 'legacy', 'A::B50'],
    ['1000', 'z', null, null, null, null, null, 'legacy', null],
  ]);
  const check = {
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    mapping,
    salt: 'x',
    share: 0,
    waitApplied: async () => void (await link.barrier(LIMIT)),
  };
  const verdict = await verify(check);
  assert.deepEqual([verdict.verdict, verdict.rows], ['CONSISTENT', 501]);
  await dbs.service.query(`UPDATE new SET loud = 'WRONG' WHERE item = 7`);
  const second = await verify(check);
  assert.deepEqual(second.sample, [
    { key: { id: '7', code: 'k0' }, verdict: 'INCONSISTENT', columns: ['loud'] },
  ]);
  await stop();
  await link.drop();
  await dbs.close();
});
