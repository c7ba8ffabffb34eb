import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import {
  BUCKETS,
  BucketCache,
  bucket,
  bucketSql,
  canonicalKey,
  canonicalKeySql,
  isServiceBucket,
  isServiceSide,
  isServiceSideSql,
} from './index.ts';

const server = await testServer();
const db = createPool(await server.database('cohort'), { max: 1 });
after(() => db.end());

/** Published: where these keys are must never change. */
const VECTORS: [salt: string, key: string, bucket: number][] = [
  ['auth', '1', 4215],
  ['auth', '42', 720],
  ['users', '1', 3921],
  ['users', '42', 7386],
  ['users', '1073741825', 1488],
  ['users', 'ada@example.org', 7951],
  ['skill-swap', '0b3f2c1e-7b8a-4d7e-9a55-0f6f2d3c4b5a', 1922],
];

const SPELLINGS: [key: string, ...others: string[]][] = [
  ['7', '007', '+7', ' 7', '7 ', '\t7\r\n', '7.0', '7.', '07.00', '+0007'],
  ['0', '-0', '+0', '000', '0.0', '-0.'],
  ['-7', '-007', '-7.0', ' -7'],
  ['700', '0700', '700.000'],
  ['9007199254740993', '0009007199254740993'],
  ['12345678901234567890123456789012', '+12345678901234567890123456789012'],
  ['ada', 'Ada', 'ADA', 'ada  '],
  ['ada@example.org', 'Ada@Example.org'],
  [
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    '6BA7B810-9DAD-11D1-80B4-00C04FD430C8',
    '{6ba7b810-9dad-11d1-80b4-00c04fd430c8}',
    '6ba7b8109dad11d180b400c04fd430c8',
    'urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  ],
];

/** Not one of these is another spelling of another. */
const APART = [
  ...SPELLINGS.map(([key]) => key),
  ...[
    '0x7',
    '1e3',
    '1_000',
    '7.5',
    '７',
    '٧',
    '- 7',
    '7,0',
    '7a',
    '--7',
    '+-7',
    '.',
    '-',
    '7 7',
    'ada b',
    'ÄDA',
    'äda',
  ],
];

test('the published buckets hold', () => {
  for (const [salt, key, expected] of VECTORS) assert.equal(bucket(salt, key), expected, `${salt}:${key}`);
});

test('all spellings of a key share its bucket, and other keys are not taken for it', () => {
  for (const [key, ...others] of SPELLINGS)
    for (const other of [key, ...others]) assert.equal(canonicalKey(other), key, JSON.stringify(other));
  assert.equal(new Set(APART.map(canonicalKey)).size, APART.length);
  for (const none of ['', ' ', '\t\n']) assert.equal(canonicalKey(none), null);
});

const digits = fc.stringMatching(/^[ +-]?0*[0-9]{1,40}(\.0*)?[ \t]?$/);
const uuids = fc
  .tuple(fc.uuid(), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([uuid, upper, hyphens, braces]) => {
    const spelt = hyphens ? uuid : uuid.replaceAll('-', '');
    return (braces ? `{${spelt}}` : spelt)[upper ? 'toUpperCase' : 'toLowerCase']();
  });
const blanks = fc.string({
  unit: fc.constantFrom(' ', '\t', '\n', '\v', '\f', '\r', '\u00a0', 'x'),
  maxLength: 5,
});
const long = fc
  .tuple(fc.constantFrom('0', '7', 'A', ' ', 'é'), fc.nat(5_000), fc.string())
  .map(([unit, length, end]) => unit.repeat(length) + end);
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(...APART, ...SPELLINGS.flat(), 'NULL', 'NaN', "'", '\\1', '$1', '%00'),
  fc.tuple(blanks, digits, blanks).map((parts) => parts.join('')),
  fc.tuple(blanks, uuids, blanks).map((parts) => parts.join('')),
  fc.bigInt().map(String),
  fc.double().map(String),
  long,
);
/** What PostgreSQL can hold: no NUL, no lone surrogate. */
const key = hostile.map((text) => text.replaceAll('\0', '').toWellFormed());

test('TypeScript and PostgreSQL give every key the same canonical form, bucket and side', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { minLength: 1, maxLength: 200 }),
      key,
      fc.nat(BUCKETS),
      async (keys, salt, share) => {
        const { rows } = await db.query(
          `SELECT ${canonicalKeySql('k')} AS canonical, ${bucketSql('k', salt)}::int AS bucket,
             ${isServiceSideSql(share, 'k', salt)} AS service
           FROM unnest($1::text[]) WITH ORDINALITY AS t(k, n) ORDER BY n`,
          [keys],
        );
        const cache = new BucketCache(8);
        for (const [index, text] of keys.entries()) {
          assert.deepEqual(rows[index], {
            canonical: canonicalKey(text),
            bucket: bucket(salt, text),
            service: isServiceSide(share, salt, text),
          });
          assert.equal(cache.get(salt, text), bucket(salt, text));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a canonical form is its own canonical form', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const canonical = canonicalKey(text);
      if (canonical !== null) assert.equal(canonicalKey(canonical), canonical);
    }),
  );
});

const COLUMNS: Record<string, fc.Arbitrary<string>> = {
  int4: fc.integer().map(String),
  int8: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  numeric: fc.bigInt().map(String),
  'numeric(20,2)': fc.integer().map(String),
  uuid: uuids,
  text: key,
  varchar: key,
  'character(40)': fc.string({ maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
  name: fc.string({ maxLength: 60, unit: 'grapheme-ascii' }),
  citext: key,
};

test('a UUID of decimal digits only is found by all its spellings, as a number of them is', async () => {
  for (const digits of ['00000000000010008000000000000000', '12345678123412341234123456789012']) {
    const groups = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const spellings = [
      digits,
      groups,
      `{${groups}}`,
      `urn:uuid:${groups}`,
      digits.replace(/^0+/, ''),
      `+0${digits}`,
    ];
    assert.equal(new Set(spellings.map(canonicalKey)).size, 1, spellings.map(canonicalKey).join());
    for (const type of ['uuid', 'numeric']) {
      const { rows } = await db.query(`SELECT ${bucketSql(`$1::${type}`, 'users')}::int AS bucket`, [digits]);
      assert.equal(rows[0].bucket, bucket('users', groups), type);
    }
  }
});

test('a row is found by any text that its column takes for the same value, whatever type the column has', async () => {
  await db.query('CREATE EXTENSION IF NOT EXISTS citext');
  for (const [type, values] of Object.entries(COLUMNS))
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 100 }), async (texts) => {
        const { rows } = await db.query(
          `SELECT ${bucketSql(`k::${type}`, 'users')}::int AS bucket FROM unnest($1::text[]) WITH ORDINALITY AS t(k, n) ORDER BY n`,
          [texts],
        );
        for (const [index, text] of texts.entries())
          assert.equal(rows[index].bucket, bucket('users', text), `${type}: ${JSON.stringify(text)}`);
      }),
      { numRuns: 20 },
    );
  const { rows } = await db.query(`SELECT ${bucketSql('NULL::int', 'users')} AS bucket`);
  assert.equal(rows[0].bucket, null);
});

test('a growing share only ever adds keys, and reaches none and all', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(BUCKETS), fc.nat(BUCKETS), (text, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      assert.ok(!isServiceSide(low, 's', text) || isServiceSide(high, 's', text));
      assert.ok(!isServiceSide(0, 's', text));
      assert.ok(isServiceSide(BUCKETS, 's', text));
    }),
  );
});

test("what has no key is the monolith's until everything has moved", async () => {
  for (const none of [null, '', ' ']) {
    assert.equal(isServiceSide(BUCKETS - 1, 's', none), false);
    assert.equal(isServiceSide(BUCKETS, 's', none), true);
  }
  assert.equal(isServiceBucket(BUCKETS - 1, null), false);
  const { rows } = await db.query(
    `SELECT ${isServiceSideSql(BUCKETS - 1, 'k', 's')} AS service FROM unnest(ARRAY[NULL, '', ' ']) AS t(k)`,
  );
  assert.deepEqual(rows, [{ service: false }, { service: false }, { service: false }]);
});

test('buckets spread evenly', () => {
  const counts = new Array(10).fill(0);
  for (let key = 0; key < 20_000; key++) counts[Math.floor(bucket('users', String(key))! / 1_000)]++;
  for (const count of counts) assert.ok(count > 1_800 && count < 2_200, `${counts}`);
});
