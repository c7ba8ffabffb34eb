import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { createPool, quoteIdent, quoteLiteral, quoteTable } from './index.ts';
import { testServer } from './testing.ts';

let pool: pg.Pool;

before(async () => {
  pool = createPool(await (await testServer()).database('quote'));
});
after(() => pool.end());

const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom("'", '"', '\\', ';', '$', '-', '\n'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
  })
  .filter((value) => !value.includes('\0') && value.isWellFormed());

test('any text survives as a literal, with either reading of backslashes', async () => {
  const client = await pool.connect();
  try {
    for (const conforming of ['on', 'off']) {
      await client.query(`SET standard_conforming_strings = ${conforming}; SET escape_string_warning = off`);
      await fc.assert(
        fc.asyncProperty(text, async (value) => {
          const { rows } = await client.query(`SELECT ${quoteLiteral(value)} AS v`);
          assert.equal(rows[0].v, value);
        }),
        { numRuns: 100 },
      );
    }
  } finally {
    client.release();
  }
});

test('any name survives as an identifier', async () => {
  const name = text.filter((value) => value.length > 0 && Buffer.byteLength(value) < 64);
  await fc.assert(
    fc.asyncProperty(name, async (value) => {
      const { fields } = await pool.query(`SELECT 1 AS ${quoteIdent(value)}`);
      assert.equal(fields[0]!.name, value);
    }),
    { numRuns: 100 },
  );
  assert.equal(quoteTable('a.b', 'c"d'), '"a.b"."c""d"');
});

test('a NUL character is refused rather than cut', () => {
  assert.throws(() => quoteIdent('a\0b'), TypeError);
  assert.throws(() => quoteLiteral('a\0b'), TypeError);
});
