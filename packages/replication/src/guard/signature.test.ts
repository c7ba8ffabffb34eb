import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { isSigned, newSignatureKeys, type Signed, signatureSql } from './signature.ts';

const keys = newSignatureKeys();
const sign = (xid: number, text: string) =>
  createHmac('sha256', Buffer.from(keys.inner.map((byte) => byte ^ 0x36)))
    .update(`${xid}:${text}`)
    .digest('hex');

test('a signature is the HMAC of transaction and text; nothing else passes', () => {
  const good: Signed = { xid: 7, text: 'words', signature: sign(7, 'words') };
  assert.ok(isSigned(keys, good));
  for (const bad of [
    { ...good, xid: 8 },
    { ...good, text: 'other words' },
    { ...good, signature: '' },
    { ...good, signature: 'zz' },
    { ...good, signature: `${good.signature}00` },
  ])
    assert.equal(isSigned(keys, bad), false);
  assert.equal(isSigned(newSignatureKeys(), good), false);
});

test('SQL makes the same signature, bound to its transaction, in a subtransaction too', async () => {
  const server = await testServer();
  const db = createPool(await server.database('signature'), { max: 1 });
  await withTransaction(db, async (client) => {
    await client.query('SAVEPOINT inner_one; CREATE TEMP TABLE written (n int)');
    const { rows } = await client.query(
      `SELECT (pg_current_xact_id()::text::bigint % 4294967296)::int AS xid, ${signatureSql("'zoë: {}'", { inner: '$1::bytea', outer: '$2::bytea' })} AS signature`,
      [keys.inner, keys.outer],
    );
    assert.ok(isSigned(keys, { xid: rows[0].xid, text: 'zoë: {}', signature: rows[0].signature }));
  });
  await db.end();
});
