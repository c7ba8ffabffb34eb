import { readFileSync } from 'node:fs';
import { applySchema, type Db } from '@banyan/postgres';
import type pg from 'pg';
import { Refused } from './errors.ts';

/** Makes the tables of sagas. A service with `eventing` has them from its start, any other from its first `once` or `undo`. */
export async function applySagaSchema(pool: Db): Promise<void> {
  await applySchema(pool, { name: 'banyan_events.saga', sql: SCHEMA });
}

const SCHEMA = readFileSync(new URL('schema.sql', import.meta.url), 'utf8');

/**
 * Makes an effect in the transaction `tx` happen exactly once: `run` is called if no transaction with this key has
 * committed before, otherwise its result is given again. The result is kept as JSON. Throws Refused if the effect was
 * undone already. Waits while another transaction with the same key is open.
 */
export async function once<T>(tx: pg.PoolClient, key: string, run: () => Promise<T>): Promise<T> {
  await equip(tx);
  if (await mark(tx, key, true)) {
    const result = await run();
    if (result === undefined) return result;
    const { rows } = await tx.query<{ result: T }>(
      'UPDATE banyan_events.saga_effects SET result = $2 WHERE idempotency_key = $1 RETURNING result',
      [key, JSON.stringify(result)],
    );
    return rows[0]!.result;
  }
  const { effective, result } = await marked<T>(tx, key);
  if (!effective) throw new Refused(`${key} was undone before it happened`);
  return result ?? (undefined as T);
}

/**
 * Takes an effect of `once` back, exactly once: `run` is called if the effect of this key has happened and was not taken
 * back yet. An effect that has not happened is barred for good: a request that comes late cannot make it any more.
 */
export async function undo(tx: pg.PoolClient, key: string, run: () => Promise<void>): Promise<void> {
  await equip(tx);
  if (await mark(tx, key, false)) return;
  const { effective } = await marked(tx, key);
  if (effective && (await mark(tx, `${key}:undo`, true))) await run();
}

/** Connections that have seen the tables. What an open transaction has made may be rolled back, so that counts for nothing. */
const equipped = new WeakSet<object>();

/** Makes the tables in the caller's transaction if they are missing. */
async function equip(tx: pg.PoolClient): Promise<void> {
  if (equipped.has(tx)) return;
  const there = async () =>
    (
      await tx.query(
        "SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'banyan_events' AND tablename = 'saga_effects'",
      )
    ).rowCount === 1;
  if (await there()) {
    equipped.add(tx);
    return;
  }
  // Of several that come at once one makes them, the others wait until it has committed.
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('banyan saga effects', 0))");
  if (!(await there())) await tx.query(SCHEMA);
}

async function mark(tx: pg.PoolClient, key: string, effective: boolean): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO banyan_events.saga_effects (idempotency_key, effective) VALUES ($1, $2)
     ON CONFLICT (idempotency_key) DO NOTHING`,
    [key, effective],
  );
  return rowCount === 1;
}

async function marked<T>(tx: pg.PoolClient, key: string): Promise<{ effective: boolean; result: T | null }> {
  const { rows } = await tx.query(
    'SELECT effective, result FROM banyan_events.saga_effects WHERE idempotency_key = $1',
    [key],
  );
  return rows[0]!;
}
