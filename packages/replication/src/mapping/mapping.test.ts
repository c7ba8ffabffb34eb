import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { constant, copy, derived, merge, rename, split, table } from './mapping.ts';
import { checkRoundTrip } from './round-trip.ts';

const server = await testServer();
const db = createPool(await server.database('law'), { max: 2 });
after(() => db.end());
await db.query(
  'CREATE TABLE users (id int PRIMARY KEY, full_name text, a text, b text, n numeric(10,2), at timestamptz)',
);

const text = fc
  .oneof(
    fc.constantFrom(
      '',
      ' ',
      '  ',
      'Cher',
      'Cher ',
      ' Cher',
      'Ann  Lee',
      "O'Neill x",
      'back\\slash y',
      '"q" {,}',
      'Zoë 🦊 x',
    ),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(' ', 'a', '-', '\t', '\n'), maxLength: 8 }),
  )
  .map((value) => value.replaceAll('\0', '').toWellFormed());

for (const separator of [' ', '-', '::', "'"]) {
  test(`a split at ${JSON.stringify(separator)} comes back as it was, whatever the text`, async () => {
    const mapping = table({
      legacy: 'users',
      columns: [copy('id'), split('full_name', ['first', 'last'], { separator })],
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { minLength: 1, maxLength: 200 }), async (names) => {
        const samples = names.map((full_name, index) => ({ id: String(index), full_name }));
        assert.deepEqual(await checkRoundTrip(db, mapping, samples), []);
      }),
      { numRuns: 15 },
    );
  });
}

test('a rename of any type keeps the law', async () => {
  const mapping = table({ legacy: 'users', columns: [copy('id', 'n'), rename('at', 'seen_at')] });
  const samples = [
    { id: '1', n: '1.50', at: '2024-01-01 00:00:00.123456+00' },
    { id: '2', n: null, at: 'infinity' },
  ];
  assert.deepEqual(await checkRoundTrip(db, mapping, samples), []);
});

test('a merge that loses information is found, with the value and what becomes of it', async () => {
  const mapping = table({ legacy: 'users', columns: [copy('id'), merge(['a', 'b'], 'ab')] });
  const samples = [
    { id: '1', a: 'fine', b: 'too' },
    { id: '2', a: 'not fine', b: 'x' },
    { id: '3', a: null, b: 'lost' },
  ];
  const breaches = await checkRoundTrip(db, mapping, samples);
  assert.deepEqual(
    breaches.map((breach) => [breach.legacy, breach.back]),
    [
      [
        { a: 'not fine', b: 'x' },
        { a: 'not', b: 'fine x' },
      ],
      [
        { a: null, b: 'lost' },
        { a: '', b: 'lost' },
      ],
    ],
  );
});

test('without samples the rows of the table are checked', async () => {
  await db.query(`INSERT INTO users (id, a, b) VALUES (1, 'x y', 'z'), (2, 'x', 'y')`);
  const mapping = table({ legacy: 'users', columns: [copy('id'), merge(['a', 'b'], 'ab')] });
  assert.equal((await checkRoundTrip(db, mapping)).length, 1);
});

test('a mapping that contradicts itself is refused with table and reason', () => {
  const refused = (columns: Parameters<typeof table>[0]['columns'], why: RegExp) =>
    assert.throws(() => table({ legacy: 'users', columns }), { code: 'MAPPING_INVALID', message: why });
  refused([copy('name')], /key column id must be mapped/);
  refused([copy('id', { flow: 'forward' })], /key column id/);
  refused([copy('id'), copy('a'), rename('b', 'a')], /service column a is filled twice/);
  refused([copy('id'), rename('a', 'x'), rename('a', 'y')], /legacy column a is filled twice/);
  assert.throws(
    () =>
      table({
        legacy: 'users',
        owner: { by: 'key', legacyColumn: 'a', serviceColumn: 'b' },
        columns: [copy('id')],
      }),
    /owner column a/,
  );
});

test('defaults: schema public, key id, one writer, rows owned, truncate blocks; derived and constant have no reverse', () => {
  const mapping = table({
    legacy: 'users',
    columns: [
      copy('id'),
      constant('origin', `'legacy'`),
      derived('domain', `split_part(email, '@', 2)`, { reads: ['email'] }),
    ],
  });
  assert.deepEqual(mapping.legacy, { schema: 'public', table: 'users', key: ['id'] });
  assert.deepEqual(mapping.service, mapping.legacy);
  assert.equal(mapping.rows, 'owned');
  assert.deepEqual(mapping.owner, { by: 'writer' });
  assert.equal(mapping.onTruncate, 'block');
  assert.deepEqual(
    mapping.columns.map((group) => [group.flow, Object.keys(group.reverse).length]),
    [
      ['both', 1],
      ['seed', 0],
      ['forward', 0],
    ],
  );
});
