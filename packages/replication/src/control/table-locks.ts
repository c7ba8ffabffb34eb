import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, withTransaction } from '@banyan/postgres';
import type pg from 'pg';

/** A statement that was cut off by its time limit, a lock that was not there in time, a deadlock. */
const IN_THE_WAY = new Set(['57014', '55P03', '40P01']);
/** How long others have the tables before they are asked for again, ms. */
const PAUSE_MS = 10;
/** However late the database looks for deadlocks: writers queue behind a lock that waits for a long transaction, ms. */
const LONGEST_MS = 500;

/** All the tables could not be had within the time. */
export class TablesBusy extends Error {}

/**
 * A transaction that keeps writers away from all these tables, once those under way have ended. Whoever holds one table and waits for the
 * next may meet a writer that goes the other way, and the database ends one of the two, which may be the user's. So with
 * several tables nobody is waited for as long as it takes the database to look for deadlocks: all are given up before, and asked
 * for again until `limitMs` is over.
 *
 * @param tables quoted names
 * @throws TablesBusy
 */
export async function lockingTables<T>(
  pool: pg.Pool,
  tables: readonly string[],
  limitMs: number,
  run: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  const lock = `LOCK TABLE ${[...tables].sort().join(', ')} IN EXCLUSIVE MODE`;
  for (;;) {
    let locked = false;
    try {
      return await withTransaction(pool, async (client) => {
        const left = deadline - performance.now();
        const patience = tables.length === 1 ? left : Math.min(left, (await deadlockMs(client)) / 2);
        if (tables.length > 0) {
          await client.query(`SET LOCAL statement_timeout = ${Math.max(1, Math.trunc(patience))}`);
          await client.query(lock);
          await client.query('SET LOCAL statement_timeout TO DEFAULT');
        }
        locked = true;
        return await run(client);
      });
    } catch (error) {
      if (locked || !IN_THE_WAY.has(errorCode(error) ?? '')) throw error;
      if (performance.now() + PAUSE_MS >= deadline) throw new TablesBusy('', { cause: error });
      await delay(PAUSE_MS);
    }
  }
}

/**
 * A transaction in which one table after the other is locked, each by what is done to it; `next` is to be called before each of them. Writers
 * that go the other way are given way to as by `lockingTables`, and for as long as they were held up: it begins again then,
 * until `limitMs` are over.
 *
 * @throws what the database says of the lock that could not be had
 */
export async function lockingOneByOne<T>(
  pool: pg.Pool,
  limitMs: number,
  run: (client: pg.PoolClient, next: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const began = performance.now();
    try {
      return await withTransaction(pool, async (client) => {
        const until = began + Math.min(LONGEST_MS, (await deadlockMs(client)) / 2);
        return await run(client, async () => {
          const left = Math.max(1, Math.trunc(until - performance.now()));
          await client.query(`SET LOCAL lock_timeout = ${left}`);
        });
      });
    } catch (error) {
      const waited = performance.now() - began;
      if (!IN_THE_WAY.has(errorCode(error) ?? '') || performance.now() + waited >= deadline) throw error;
      await delay(waited);
    }
  }
}

/** After how long a writer that waits has the database look for a deadlock. */
async function deadlockMs(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ ms: number }>(
    `SELECT (extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::float8 AS ms`,
  );
  return rows[0]!.ms;
}
