import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer, until } from '@banyan/postgres/testing';
import type pg from 'pg';
import { applyNotificationSchema } from '../schema.ts';
import { logInFeed } from './store.ts';

const ADA = '00000000-0000-4000-8000-00000000000a';
const GRACE = '00000000-0000-4000-8000-00000000000b';
let pool: pg.Pool;

before(async () => {
  pool = createPool(await (await testServer()).database('feed'), { max: 4 });
  await applyNotificationSchema(pool, { people: { idType: 'uuid' }, rows: { id: 'uuid' } });
});
after(() => pool?.end());

it('numbers of one person are committed in their order, and nobody waits for another person', async () => {
  const [first, second] = [await pool.connect(), await pool.connect()];
  try {
    for (const tx of [first, second]) await tx.query('BEGIN');
    await logInFeed(first, ADA, 'first');
    await logInFeed(second, GRACE, 'of somebody else');
    let isLogged = false;
    const logged = logInFeed(second, ADA, 'second').then(() => {
      isLogged = true;
    });
    await until(async () => {
      const { rows } = await pool.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
      return rows.length > 0;
    });
    assert.equal(isLogged, false);
    await first.query('COMMIT');
    await logged;
    await second.query('COMMIT');
    const { rows } = await pool.query('SELECT item FROM feed_log WHERE user_id = $1 ORDER BY seq', [ADA]);
    assert.deepEqual(
      rows.map(({ item }) => item),
      ['first', 'second'],
    );
  } finally {
    for (const tx of [first, second]) {
      await tx.query('ROLLBACK');
      tx.release();
    }
  }
});
