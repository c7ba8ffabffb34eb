import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { ReplicationError } from '../errors.ts';

/** How long one try waits for a row that somebody else has locked. */
const LOCK_TIMEOUT = '5s';
const TRIES = 8;
/** First pause after a try, and the longest, ms. */
const PAUSE_MS = { first: 20, longest: 1_000 };

/** Serialization failure, deadlock, lock timeout: others hold the rows, and nothing is wrong with the transaction. */
const IN_THE_WAY = new Set(['40001', '40P01', '55P03']);

/**
 * A transaction that locks rows which applications and links write too, in whatever order these please: whoever comes in its way
 * goes first, and it begins again, for a while.
 *
 * @throws ReplicationError ROWS_LOCKED when the last try failed too
 */
export async function lockingRows<T>(
  pool: pg.Pool,
  table: string,
  run: (client: pg.PoolClient, tries: number) => Promise<T>,
  most = TRIES,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await withTransaction(pool, async (client) => {
        await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
        return await run(client, tries);
      });
    } catch (error) {
      if (!IN_THE_WAY.has(errorCode(error) ?? '')) throw error;
      if (tries >= most)
        throw new ReplicationError('ROWS_LOCKED', { table, tries, says: (error as Error).message }, error);
      await delay(Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** tries) * (0.5 + Math.random() / 2));
    }
  }
}

/** So that nobody else's writes wait for longer behind ours, and as long as it takes to have an autovacuum give way. */
const TABLE_LOCK_TIMEOUT = { first: '100ms', last: '2s' };
const FIRST_TRIES = 4;

/**
 * Waits until nobody has a write of the table under way, and lets none begin before the transaction ends: within
 * `lockingRows`, and for what no row can be locked for. Nothing waits for a lock for long while it is held.
 */
export async function lockingTable(client: pg.PoolClient, table: string, tries: number): Promise<void> {
  const { first, last } = TABLE_LOCK_TIMEOUT;
  await client.query(`SET LOCAL lock_timeout = '${tries <= FIRST_TRIES ? first : last}'`);
  await client.query(`LOCK TABLE ${table} IN SHARE MODE`);
}
