import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { runSnippets } from '../testing/snippets.ts';

test('the snippets of docs/events.md on sagas do what the text says', async (t) => {
  const databaseUrl = await (await testServer()).database('docs');
  const pool = createPool(databaseUrl);
  await pool.query('CREATE TABLE hired (user_id int, by text); CREATE TABLE requests (user_id int)');
  const log = { debug() {}, warn() {}, error() {} };
  const keys: string[] = [];
  const jobs = {
    async reserve(_jobId: number, { idempotencyKey }: { idempotencyKey: string }) {
      keys.push(idempotencyKey);
      return { free: true, reservation: 1 };
    },
  };
  const { sagas, ...found } = await runSnippets(['Sagas'], 'return { sagas, state, reservation };', {
    databaseUrl,
    pool,
    log,
    jobs,
    withTransaction,
  });
  t.after(async () => {
    await sagas.close();
    await pool.end();
  });
  assert.deepEqual(found, { state: 'COMPLETED', reservation: { number: 1 } });
  assert.deepEqual(keys, ['hire-7:reserve_job']);
  assert.deepEqual((await pool.query('SELECT * FROM hired')).rows, [{ user_id: 7, by: 'ann' }]);
});
