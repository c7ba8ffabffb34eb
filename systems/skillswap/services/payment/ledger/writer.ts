import { type Db, withTransaction } from '@banyan/postgres';
import { whyNotWriter } from '@banyan/service';

/** What is written by this service alone, or by the monolith alone. */
const WRITTEN = { service: 'payment', tables: ['wallets', 'holds', 'transactions'] };

/**
 * Whether credits are this service's to move, for what it does by itself: while it is being extracted the monolith moves them until all users are the
 * service's, and again after a rollback. A step that comes in the moment after it finds the difference, and whoever owns the row wins.
 */
export async function isWriter(pool: Db): Promise<boolean> {
  return await withTransaction(pool, async (tx) => (await whyNotWriter(tx, WRITTEN)) === undefined);
}
