import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { About } from './commands.ts';
import { type LockedApplication, lockApplication } from './store.ts';

/** A command on an application of the user's, in a transaction that has its row locked. Throws what `notFound` makes where they have none of this id. */
export async function inApplication<T>(
  pool: pg.Pool,
  { userId, applicationId }: { userId: number; applicationId: number },
  notFound: () => Error,
  work: (tx: pg.PoolClient, row: LockedApplication, about: About) => Promise<T>,
): Promise<T> {
  return await withTransaction(pool, async (tx) => {
    const row = await lockApplication(tx, userId, applicationId);
    if (!row) throw notFound();
    return await work(tx, row, { actor: String(userId) });
  });
}
