import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { applySchema, applySchemaFile, createPool, errorCode } from './index.ts';
import { testServer } from './testing.ts';

let pool: pg.Pool;

before(async () => {
  pool = createPool(await (await testServer()).database('schema'));
});
after(() => pool.end());

const FIRST = 'CREATE TABLE IF NOT EXISTS a (id int); CREATE INDEX IF NOT EXISTS a_id ON a (id);';

async function checksum(name: string): Promise<string | undefined> {
  const { rows } = await pool.query('SELECT checksum FROM banyan_schema.applied WHERE name = $1', [name]);
  return rows[0]?.checksum;
}

test('a file runs once, again when its text changes, and its checksum is recorded', async () => {
  assert.equal(await applySchema(pool, { name: 'one', sql: FIRST }), 'applied');
  const before = await checksum('one');
  assert.equal(await applySchema(pool, { name: 'one', sql: FIRST }), 'unchanged');
  const sql = `${FIRST} ALTER TABLE a ADD COLUMN IF NOT EXISTS name text;`;
  assert.equal(await applySchema(pool, { name: 'one', sql }), 'applied');
  assert.notEqual(await checksum('one'), before);
  await pool.query('SELECT name FROM a');
});

test('a failing file leaves nothing behind, not even its record', async () => {
  const sql = 'CREATE TABLE half (id int); SELECT * FROM nowhere;';
  await assert.rejects(applySchema(pool, { name: 'two', sql }), (error) => errorCode(error) === '42P01');
  assert.equal(await checksum('two'), undefined);
  await assert.rejects(pool.query('SELECT * FROM half'));
});

test('of many that come at once, one applies it', async () => {
  // Without the lock "IF NOT EXISTS" would race and fail on a unique index of the catalogue.
  const sql = 'CREATE TABLE race (id int PRIMARY KEY)';
  const results = await Promise.all(
    Array.from({ length: 8 }, () => applySchema(pool, { name: 'three', sql })),
  );
  assert.equal(results.filter((result) => result === 'applied').length, 1);
});

test('words of a file are put in their places, each time, and it runs again when they are others', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'schema-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'schema.sql');
  await writeFile(path, 'CREATE TABLE IF NOT EXISTS typed (id USER_ID, of_id USER_ID)');
  const by = async (type: string) =>
    await applySchemaFile(pool, { name: 'four', file: pathToFileURL(path), words: { USER_ID: type } });
  assert.deepEqual(
    [await by('uuid'), await by('uuid'), await by('integer')],
    ['applied', 'unchanged', 'applied'],
  );
  const { fields } = await pool.query('SELECT id, of_id FROM typed');
  const UUID = 2950;
  assert.deepEqual(
    fields.map(({ dataTypeID }) => dataTypeID),
    [UUID, UUID],
  );
});
