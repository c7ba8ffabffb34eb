import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, it } from 'node:test';
import { applySchema, createPool, type Db, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type { Verdict } from './decide.ts';
import { claim, enqueue, settle } from './queue.ts';

const MOST = 10;
const DONE: Verdict = { state: { is: 'delivered' }, failingSince: null, disable: null };
const ANSWERED = { at: new Date(), durationMs: 1, outcome: { is: 'answer', status: 200 } } as const;

let pool: Db;
let endpoint: number;

before(async () => {
  pool = createPool(await (await testServer()).database('queue'));
  const sql = await readFile(new URL('../schema.sql', import.meta.url), 'utf8');
  await applySchema(pool, { name: 'integrations', sql });
});

after(async () => await pool?.end());

beforeEach(async () => {
  await pool.query('TRUNCATE webhook_endpoints, webhook_messages CASCADE');
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO webhook_endpoints (user_id, url, description, event_types, secret)
     VALUES (1, 'https://a.example', '', '{a}', '-') RETURNING id`,
  );
  endpoint = rows[0]!.id;
});

const tell = (...ids: string[]) =>
  withTransaction(pool, (tx) =>
    enqueue(
      tx,
      ids.map((id) => ({ id, userId: 1, type: 'a', body: id })),
    ),
  );
const claimed = async () => (await claim(pool, MOST)).map(({ messageId }) => messageId);

it('an endpoint has one attempt at a time, however many claim at once, and messages come in their order', async () => {
  await tell('m1', 'm2');
  const all = await Promise.all(Array.from({ length: 5 }, () => claim(pool, MOST)));
  const [one, ...others] = all.flat();
  assert.deepEqual([one!.messageId, others], ['m1', []]);
  await withTransaction(pool, (tx) => settle(tx, one!, ANSWERED, () => DONE));
  assert.deepEqual(await claimed(), ['m2']);
});

it('what a killed process had in hand is sent again when its lease is over', async () => {
  await tell('m1');
  assert.deepEqual(await claimed(), ['m1']);
  assert.deepEqual(await claimed(), []);
  await pool.query('UPDATE webhook_endpoints SET leased_until = now()');
  assert.deepEqual(await claimed(), ['m1']);
});

it('what is told while an attempt is under way is not forgotten when it ends', async () => {
  await tell('m1');
  const [one] = await claim(pool, MOST);
  await tell('m2');
  await withTransaction(pool, (tx) => settle(tx, one!, ANSWERED, () => DONE));
  assert.deepEqual(await claimed(), ['m2']);
});

it('a message that is told twice is there once, and one that nobody wants is not kept', async () => {
  await tell('m1');
  await tell('m1');
  await withTransaction(pool, (tx) =>
    enqueue(tx, [
      { id: 'm2', userId: 1, type: 'other', body: '' },
      { id: 'm3', userId: 2, type: 'a', body: '' },
    ]),
  );
  const { rows } = await pool.query('SELECT message_id FROM webhook_deliveries');
  assert.deepEqual(rows, [{ message_id: 'm1' }]);
  assert.equal((await pool.query('SELECT 1 FROM webhook_messages')).rowCount, 1);
});

it('an attempt whose endpoint was removed meanwhile has nothing to be noted of', async () => {
  await tell('m1');
  const [one] = await claim(pool, MOST);
  await pool.query('DELETE FROM webhook_endpoints WHERE id = $1', [endpoint]);
  const settled = await withTransaction(pool, (tx) => settle(tx, one!, ANSWERED, () => assert.fail()));
  assert.deepEqual(settled, { disabled: null });
});
