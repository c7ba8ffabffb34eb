import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPool, type Db } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { applyInboxSchema, processOnce, sweepInbox } from './inbox.ts';

let pool: Db;
before(async () => {
  pool = createPool(await (await testServer()).database('inbox'), { max: 8 });
  await applyInboxSchema(pool);
  await pool.query('CREATE TABLE effects (who text)');
});
after(() => pool.end());

const effect = (who: string) => async (tx: { query: Db['query'] }) => {
  await tx.query('INSERT INTO effects VALUES ($1)', [who]);
};
const effects = async (who: string) =>
  (await pool.query('SELECT FROM effects WHERE who = $1', [who])).rowCount;

test('an effect happens once, however often and however many at a time its message comes', async () => {
  const done = await Promise.all(
    Array.from({ length: 8 }, () => processOnce(pool, 'me', 'm1', effect('once'))),
  );
  assert.equal(done.filter(Boolean).length, 1);
  assert.equal(await processOnce(pool, 'me', 'm1', effect('once')), false);
  assert.equal(await effects('once'), 1);
});

test('each consumer has its own effect', async () => {
  assert.equal(await processOnce(pool, 'a', 'm2', effect('each')), true);
  assert.equal(await processOnce(pool, 'b', 'm2', effect('each')), true);
  assert.equal(await effects('each'), 2);
});

test('when the effect fails the mark is not there either', async () => {
  const failing = processOnce(pool, 'me', 'm3', async (tx) => {
    await effect('fails')(tx);
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.equal(await effects('fails'), 0);
  assert.equal(await processOnce(pool, 'me', 'm3', effect('fails')), true);
  assert.equal(await effects('fails'), 1);
});

test('old marks are forgotten in batches, young ones are kept', async () => {
  await pool.query(
    `INSERT INTO banyan_events.inbox SELECT 'old', n::text, now() - interval '9 days' FROM generate_series(1, 25) n`,
  );
  await processOnce(pool, 'young', 'm4', effect('young'));
  assert.equal(await sweepInbox(pool, { retentionMs: 8 * 24 * 3_600_000, batch: 10 }), 25);
  assert.equal(await processOnce(pool, 'young', 'm4', effect('young')), false);
});
