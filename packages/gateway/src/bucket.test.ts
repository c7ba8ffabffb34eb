import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import { BucketCache, bucket } from './bucket.ts';

test('PostgreSQL computes the same bucket for any salt and key', async () => {
  const pool = createPool(await (await testServer()).database());
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
  await fc.assert(
    fc.asyncProperty(text, text, async (salt, key) => {
      const { rows } = await pool.query(
        `SELECT ((('x' || left(encode(sha256(convert_to($1 || ':' || $2, 'UTF8')), 'hex'), 8))::bit(32)::bigint
                 * 10000) >> 32)::int AS bucket`,
        [salt, key],
      );
      assert.equal(bucket(salt, key), rows[0].bucket);
    }),
    { numRuns: 100 },
  );
  await pool.end();
});

test('buckets spread evenly', () => {
  const counts = new Array(10).fill(0);
  for (let key = 0; key < 20_000; key++) counts[Math.floor(bucket('users', String(key)) / 1_000)]++;
  for (const count of counts) assert.ok(count > 1_800 && count < 2_200, `${counts}`);
});

test('the cache gives the same answers as the function, however small it is', () => {
  const cache = new BucketCache(4);
  fc.assert(
    fc.property(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.constantFrom('x', 'y'), (key, salt) => {
      assert.equal(cache.get(salt, key), bucket(salt, key));
    }),
  );
});
