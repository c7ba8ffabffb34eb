import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool, createSlot, ensurePublication, openWalStream, type WalMessage } from '../index.ts';
import { testServer } from '../testing.ts';

test('a committed transaction arrives whole, in order, as text', async () => {
  const url = await (await testServer()).database();
  const pool = createPool(url);
  await pool.query('CREATE TABLE t (id int PRIMARY KEY, name text)');
  await ensurePublication(pool, 'p', [{ schema: 'public', table: 't' }]);
  await createSlot(pool, 's');
  const stream = openWalStream({ url, slot: 's', publications: ['p'] });
  await pool.query(`INSERT INTO t VALUES (1, 'Zoë'), (2, NULL)`);
  const seen: WalMessage[] = [];
  for await (const batch of stream) {
    seen.push(...batch);
    if (batch.some((m) => m.kind === 'commit')) break;
  }
  assert.ok(seen.length > 4);
  await pool.end();
});
