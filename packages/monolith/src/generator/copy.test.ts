import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import type pg from 'pg';
import { connect, transaction } from '../database.ts';
import { copyRows } from './copy.ts';

let pool: pg.Pool;

before(async () => {
  pool = connect(await (await testServer()).database('copy'), 'copy');
  await pool.query(
    'CREATE TABLE words (n integer, word text, list text[], document jsonb, moment timestamptz)',
  );
});
after(async () => await pool?.end());

/** What PostgreSQL keeps: neither NUL nor halves of surrogate pairs. */
const text = fc.string({ unit: 'grapheme' }).map((word) => word.toWellFormed().replaceAll('\0', ''));
const row = fc.tuple(
  fc.integer({ min: -1000, max: 1000 }),
  fc.option(text),
  fc.array(text, { maxLength: 3 }),
  fc.record({ word: text }, { noNullPrototype: true }),
  fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
);

test('rows of any text arrive as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 5 }), async (rows) => {
      await pool.query('TRUNCATE words');
      const columns = ['n', 'word', 'list', 'document', 'moment'];
      const count = await transaction(pool, async (client) => await copyRows(client, 'words', columns, rows));
      const found = await pool.query({ text: 'SELECT * FROM words ORDER BY ctid', rowMode: 'array' });
      assert.equal(count, rows.length);
      assert.deepEqual(found.rows, rows);
    }),
    { numRuns: 60 },
  );
});
