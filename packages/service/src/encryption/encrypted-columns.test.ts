import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { encryptOlder } from './encrypted-columns.ts';
import { createEncryption, type EncryptionError } from './encryption.ts';

const key = () => randomBytes(32).toString('base64url');
const [old, present] = [key(), key()];
const [older, newer] = [createEncryption(old), createEncryption(`${present},${old}`)];
const contextOf = (owner: number) => `"note":${owner}`;
const NOTES = { table: 'no"tes', columns: ['text', 'an"other'], owner: 'ow"ner', contextOf };
let pool: pg.Pool;

before(async () => {
  pool = createPool(await (await testServer()).database('encrypted'));
  await pool.query(
    `CREATE TABLE "no""tes" (id int PRIMARY KEY, "ow""ner" int NOT NULL, text text, "an""other" text)`,
  );
});
after(() => pool?.end());

it('all that an older key encrypted is encrypted with the present one, for whom it was, and what cannot be read stays', async () => {
  const ROWS = 510;
  const secrets = await Promise.all(
    Array.from({ length: ROWS }, async (_, at) => await older.encrypt(`note ${at}`, contextOf(at % 7))),
  );
  const strange = [
    'no JWE',
    await older.encrypt('of another', contextOf(6)),
    await createEncryption(key()).encrypt('', contextOf(1)),
  ];
  await pool.query(
    `INSERT INTO "no""tes" SELECT n, n % 7, s[n + 1], t[n + 1] FROM (SELECT $1::text[] AS s, $2::text[] AS t) AS _, generate_series(0, ${ROWS}) AS n`,
    [secrets, [null, ...strange]],
  );
  const told: EncryptionError[] = [];
  await encryptOlder(pool, newer, [NOTES], (error) => told.push(error));
  const { rows } = await pool.query(
    `SELECT text, "an""other" AS another FROM "no""tes" WHERE id > 0 ORDER BY id`,
  );
  const withoutOld = createEncryption(present);
  for (const [at, { text }] of rows.entries())
    if (text !== null)
      assert.equal(await withoutOld.decrypt(text, contextOf((at + 1) % 7)), `note ${at + 1}`);
  assert.deepEqual(
    rows.slice(0, 3).map(({ another }) => another),
    strange,
  );
  assert.equal(told.length, 3);
  assert.ok(told.every(({ name }) => name === 'EncryptionError'));
});

it('what was changed while it was encrypted again stays as it was changed to', async () => {
  await pool.query('TRUNCATE "no""tes"');
  await pool.query('INSERT INTO "no""tes" VALUES (1, 1, $1)', [await older.encrypt('before', contextOf(1))]);
  const after = await newer.encrypt('after', contextOf(1));
  const meddling = {
    ...newer,
    async encrypt(text: string, context: string) {
      await pool.query('UPDATE "no""tes" SET text = $1', [after]);
      return await newer.encrypt(text, context);
    },
  };
  await encryptOlder(pool, meddling, [NOTES], assert.fail);
  assert.equal((await pool.query('SELECT text FROM "no""tes"')).rows[0].text, after);
});
