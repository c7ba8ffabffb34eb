import { deleteSome } from '@banyan/postgres';
import type pg from 'pg';

/** Days for which is kept what became of a message, what is in the app, and where in a stream it was. */
const DAYS = { delivery: 90, inApp: 365, log: 30 };

/**
 * Removes what nobody asks for any more, in bounded steps. A fact that is three days old is told no more, so one whose deliveries are gone is not told
 * again.
 */
export async function sweep(pool: pg.Pool): Promise<void> {
  const old = 'updated_at < now() - make_interval(days => $1)';
  const ended = `state NOT IN ('queued', 'sending') AND ${old}`;
  await removeAll(pool, 'deliveries', 'id', `channel <> 'in_app' AND ${ended}`, DAYS.delivery);
  await removeAll(pool, 'deliveries', 'id', `channel = 'in_app' AND ${ended}`, DAYS.inApp);
  await removeAll(pool, 'feed_log', 'seq', 'created_at < now() - make_interval(days => $1)', DAYS.log);
}

async function removeAll(
  pool: pg.Pool,
  table: string,
  key: string,
  where: string,
  days: number,
): Promise<void> {
  for (;;) {
    const old = `SELECT ${key} FROM ${table} WHERE ${where}`;
    if (await deleteSome(pool, { table, key, old, values: [days] })) return;
  }
}
