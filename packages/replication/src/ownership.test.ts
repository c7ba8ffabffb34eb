import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { bucket, bucketSql, isServiceSide, isServiceSideSql, Ownership } from './ownership.ts';

const server = await testServer();
const db = createPool(await server.database('ownership'), { max: 1 });
after(() => db.end());

/** Published: the gateway has its own copy of the function and must agree. */
export const VECTORS: [salt: string, key: string, bucket: number][] = [
  ['auth', '1', 4215],
  ['auth', '42', 720],
  ['users', '1', 3921],
  ['users', '42', 7386],
  ['users', '1073741825', 1488],
  ['users', 'ada@example.org', 7951],
  ['users', '', 7872],
  ['skill-swap', '0b3f2c1e-7b8a-4d7e-9a55-0f6f2d3c4b5a', 1922],
  ['users', 'Zoë 🦊', 5507],
];

test('the published vectors hold', () => {
  for (const [salt, key, expected] of VECTORS) assert.equal(bucket(salt, key), expected, `${salt}:${key}`);
});

test('SQL and JavaScript put every key in the same bucket and on the same side', async () => {
  const key = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '').toWellFormed());
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { minLength: 1, maxLength: 100 }),
      key,
      fc.nat(10_000),
      async (keys, salt, share) => {
        const { rows } = await db.query(
          `SELECT ${bucketSql('k', salt)}::int AS bucket, ${isServiceSideSql(share, 'k', salt)} AS service
         FROM unnest($1::text[]) WITH ORDINALITY AS t(k, n) ORDER BY n`,
          [keys],
        );
        const remembered = new Ownership(salt, share);
        for (const [index, text] of keys.entries()) {
          assert.equal(rows[index].bucket, bucket(salt, text));
          assert.equal(rows[index].service, isServiceSide(share, salt, text));
          assert.equal(remembered.isService(text), isServiceSide(share, salt, text));
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('a growing share only ever adds keys, and reaches none and all', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(10_000), fc.nat(10_000), (key, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      assert.ok(!isServiceSide(low, 's', key) || isServiceSide(high, 's', key));
      assert.ok(!isServiceSide(0, 's', key));
      assert.ok(isServiceSide(10_000, 's', key));
    }),
  );
});

test('numbers are keys by their text', async () => {
  const { rows } = await db.query(
    `SELECT ${bucketSql('i', 'users')}::int AS bucket FROM generate_series(1, 20) i`,
  );
  assert.deepEqual(
    rows.map((row) => row.bucket),
    Array.from({ length: 20 }, (_, index) => bucket('users', String(index + 1))),
  );
});

test("a row without a key is the monolith's until everything has moved", async () => {
  assert.equal(new Ownership('s', 9_999).isService(null), false);
  assert.equal(new Ownership('s', 10_000).isService(null), true);
  const { rows } = await db.query(`SELECT ${isServiceSideSql(9_999, 'NULL::int', 's')} AS side`);
  assert.equal(rows[0].side, false);
});
