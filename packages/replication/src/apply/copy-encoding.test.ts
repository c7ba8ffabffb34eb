import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import fc from 'fast-check';
import { openLink } from '../link/link.ts';
import type { LinkConfig } from '../link/link-config.ts';
import { planTables } from '../link/link-record.ts';
import { firstSql, joinedSql, recognise, restSql } from '../mapping/known-sql.ts';
import { constant, copy, derived, rename, split, type TableMapping, table } from '../mapping/mapping.ts';
import { LIMIT, pair, rowsOf, run, start } from '../testing/support.ts';
import { planCopy } from './copy-encoding.ts';

/** Names and separators that could be taken for something else. */
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'Name', 'full name', `o'clock`, '"', 'x"y'),
  fc.string({ minLength: 1, maxLength: 5 }).filter((text) => !text.includes('\0')),
);
const separator = fc.oneof(
  fc.constantFrom(' ', ', ', "'", '--', '€', "''"),
  fc.string({ minLength: 1, maxLength: 3 }).filter((text) => !text.includes('\0')),
);

test('what is recognised in an expression is what wrote it, or nothing', () => {
  fc.assert(
    fc.property(name, name, separator, (first, rest, text) => {
      const inputs = [first, rest];
      const either = (expr: string, expected: object) => {
        const found = recognise(expr, inputs);
        if (found !== undefined) assert.deepEqual(found, expected);
      };
      either(firstSql(first, text), { op: 'first', column: first, separator: text });
      either(restSql(first, text), { op: 'rest', column: first, separator: text });
      either(joinedSql(first, rest, text), { op: 'joined', first, rest, separator: text });
    }),
  );
  assert.deepEqual(recognise(firstSql('n', ' '), ['n']), { op: 'first', column: 'n', separator: ' ' });
  assert.deepEqual(recognise(restSql('n', ', '), ['n']), { op: 'rest', column: 'n', separator: ', ' });
  assert.deepEqual(recognise(joinedSql('a', 'b', "'"), ['a', 'b']), {
    op: 'joined',
    first: 'a',
    rest: 'b',
    separator: "'",
  });
  assert.equal(recognise(`lower("n")`, ['n']), undefined);
});

const LEGACY = `CREATE TABLE people (
  id bigint PRIMARY KEY, full_name text, note varchar(400), score numeric(12, 3), seen timestamptz, raw bytea, tags text[])`;
const SERVICE = `CREATE TABLE people (
  id bigint PRIMARY KEY, first_name text, last_name varchar, remark varchar(400), score numeric(12, 3),
  seen timestamptz, raw bytea, tags text[])`;
const mapping = table({
  legacy: 'people',
  columns: [
    copy('id', 'score', 'seen', 'raw', 'tags'),
    rename('note', 'remark'),
    split('full_name', ['first_name', 'last_name'], { separator: ', ' }),
  ],
});

/** Characters that COPY, the separator or UTF-8 could trip over. */
const awkward = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        ',',
        ', ',
        ' ',
        '\\',
        '\\N',
        '\\.',
        '\n',
        '\r',
        '\t',
        '\b',
        '\v',
        '\f',
        'é',
        '€',
        '🙂',
        'x',
        '',
        '\u0001',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => text.isWellFormed() && !text.includes('\0')),
  fc.constantFrom(null, '', 'a, b', 'x'.repeat(300)),
);

async function plansOf(dbs: Awaited<ReturnType<typeof pair>>, config: LinkConfig) {
  return await planTables(config, dbs.legacy, dbs.service);
}

test('rows that go by COPY arrive as the mapping says in SQL, either way', async () => {
  const dbs = await pair(LEGACY, SERVICE, [mapping]);
  const [plan] = await plansOf(dbs, dbs.config('forward'));
  assert.ok(planCopy(plan!, (column) => [...plan!.source.columns.keys()].indexOf(column)));
  const { stop, link } = await start(dbs.config('forward'));
  const reverse = openLink(dbs.config('reverse'));
  await reverse.prepare();
  const back = run(reverse);
  const texts = fc.sample(fc.tuple(awkward, awkward), { numRuns: 400, seed: 7 });
  await dbs.legacy.query(
    `INSERT INTO people SELECT i, f, n, i / 7.0, '2024-01-01Z'::timestamptz + i * interval '1.000001 s', decode(md5(f), 'hex'), ARRAY[f, n, NULL]
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(f, n, i)`,
    [texts.map(([full]) => full), texts.map(([, note]) => note?.slice(0, 200) ?? null)],
  );
  await link.barrier(LIMIT);
  assert.deepEqual(
    await rowsOf(dbs.service, 'SELECT * FROM people ORDER BY id'),
    await rowsOf(
      dbs.legacy,
      `SELECT id, ${firstSql('full_name', ', ')}, ${restSql('full_name', ', ')}, note, score, seen, raw, tags FROM people ORDER BY id`,
    ),
  );
  await dbs.service.query(
    `INSERT INTO people SELECT 1000 + i, f, l, l, i, NULL, NULL, NULL
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(f, l, i)`,
    [texts.map(([first]) => first), texts.map(([, last]) => last?.slice(0, 200) ?? null)],
  );
  await reverse.barrier(LIMIT);
  assert.deepEqual(
    await rowsOf(dbs.legacy, 'SELECT id, full_name, note FROM people WHERE id > 1000 ORDER BY id'),
    await rowsOf(
      dbs.service,
      `SELECT id, ${joinedSql('first_name', 'last_name', ', ')}, remark FROM people WHERE id > 1000 ORDER BY id`,
    ),
  );
  await Promise.all([stop(), back.stop()]);
  await Promise.all([link.drop(), reverse.drop()]);
  await dbs.close();
});

test('a copied set with a row that is there already is applied but for that row, which is a conflict', async () => {
  const dbs = await pair(LEGACY, SERVICE, [mapping]);
  const { stop, link } = await start(dbs.config('forward'));
  await dbs.service.query(`INSERT INTO people (id, first_name) VALUES (77, 'mine')`);
  await dbs.legacy.query(
    `INSERT INTO people (id, full_name) SELECT i, 'A, B' FROM generate_series(1, 200) i`,
  );
  await link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind, key FROM banyan.conflicts'), [
    ['insert_exists', '{"id": "77"}'],
  ]);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM people'), [['200']]);
  await stop();
  await link.drop();
  await dbs.close();
});

test('a set in which inserted rows are changed and deleted again ends as one by one', async () => {
  const dbs = await pair(LEGACY, SERVICE, [mapping]);
  const { stop, link } = await start(dbs.config('forward'));
  await dbs.legacy.query(
    `INSERT INTO people (id, full_name, note) SELECT i, 'A, ' || i, E'\\\\\\t' || i FROM generate_series(1, 100) i;
     UPDATE people SET full_name = E'B\\n, ' || id WHERE id % 3 = 0;
     DELETE FROM people WHERE id % 5 = 0;
     UPDATE people SET id = id + 1000 WHERE id % 7 = 0;
     INSERT INTO people (id, full_name) SELECT i, NULL FROM generate_series(2001, 2100) i`,
  );
  await link.barrier(LIMIT);
  assert.deepEqual(
    await rowsOf(dbs.service, 'SELECT id, first_name, last_name, remark FROM people ORDER BY id'),
    await rowsOf(
      dbs.legacy,
      `SELECT id, ${firstSql('full_name', ', ')}, ${restSql('full_name', ', ')}, note FROM people ORDER BY id`,
    ),
  );
  assert.equal(link.status().conflicts, 0);
  await stop();
  await link.drop();
  await dbs.close();
});

test('what COPY would not do the same way is left to SQL', async () => {
  const refused: [TableMapping['columns'][number][], string, string][] = [
    [[constant('kind', `'x'`)], 'id int PRIMARY KEY', 'id int PRIMARY KEY, kind text'],
    [
      [derived('kind', 'lower("name")', { reads: ['name'] })],
      'id int PRIMARY KEY, name text',
      'id int PRIMARY KEY, kind text',
    ],
    [[split('name', ['a', 'b'])], 'id int PRIMARY KEY, name char(20)', 'id int PRIMARY KEY, a text, b text'],
    [
      [],
      'id int PRIMARY KEY',
      'id int PRIMARY KEY); ALTER TABLE things ENABLE ROW LEVEL SECURITY; SELECT (1',
    ],
  ];
  for (const [columns, legacy, service] of refused) {
    const things = table({ legacy: 'things', columns: [copy('id'), columns] });
    const dbs = await pair(`CREATE TABLE things (${legacy})`, `CREATE TABLE things (${service})`, [things]);
    const [plan] = await plansOf(dbs, dbs.config('forward'));
    assert.equal(
      planCopy(plan!, () => 0),
      undefined,
      service,
    );
    await dbs.close();
  }
});

test('a value that is not UTF-8 is not sent by the source, which stops the link by name', async () => {
  for (const rows of [1, 200]) {
    const dbs = await pair(LEGACY, SERVICE, [mapping]);
    const database = `ascii_${process.pid}_${rows}`;
    await dbs.legacy.query(
      `CREATE DATABASE ${database} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
    );
    const url = new URL(dbs.legacyUrl);
    url.pathname = `/${database}`;
    const source = createPool(url.href, { max: 1 });
    await source.query(LEGACY);
    const { ended, link } = await start(dbs.config('forward', { source: url.href }));
    await source.query(
      `INSERT INTO people (id, full_name) SELECT i, 'A' || chr(255) FROM generate_series(1, ${rows}) i`,
    );
    await assert.rejects(ended, { code: 'WAL_REFUSED' });
    assert.deepEqual(await rowsOf(dbs.service, 'SELECT FROM people'), []);
    await link.drop();
    await source.end();
    await dbs.legacy.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await dbs.close();
  }
});
