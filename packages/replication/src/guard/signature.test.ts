import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { isSealed, newSealKeys, type Sealed, sealSql } from './signature.ts';

const keys = newSealKeys();
const seal = (xid: number, text: string) =>
  createHmac('sha256', Buffer.from(keys.inner.map((byte) => byte ^ 0x36)))
    .update(`${xid}:${text}`)
    .digest('hex');

test('a seal is the HMAC of transaction and text; nothing else passes', () => {
  const good: Sealed = { xid: 7, text: 'words', seal: seal(7, 'words') };
  assert.ok(isSealed(keys, good));
  for (const bad of [
    { ...good, xid: 8 },
    { ...good, text: 'other words' },
    { ...good, seal: '' },
    { ...good, seal: 'zz' },
    { ...good, seal: `${good.seal}00` },
  ])
    assert.equal(isSealed(keys, bad), false);
  assert.equal(isSealed(newSealKeys(), good), false);
});

test('SQL makes the same seal, bound to its transaction, in a subtransaction too', async () => {
  const server = await testServer();
  const db = createPool(await server.database('seal'), { max: 1 });
  await withTransaction(db, async (client) => {
    await client.query('SAVEPOINT inner_one; CREATE TEMP TABLE written (n int)');
    const { rows } = await client.query(
      `SELECT (pg_current_xact_id()::text::bigint % 4294967296)::int AS xid, ${sealSql("'zoë: {}'", { inner: '$1::bytea', outer: '$2::bytea' })} AS seal`,
      [keys.inner, keys.outer],
    );
    assert.ok(isSealed(keys, { xid: rows[0].xid, text: 'zoë: {}', seal: rows[0].seal }));
  });
  await db.end();
});
