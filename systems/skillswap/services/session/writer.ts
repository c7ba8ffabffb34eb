import { type Db, withTransaction } from '@banyan/postgres';
import { whyNotWriter } from '@banyan/service';

const WRITTEN = { service: 'session', tables: ['sessions', 'settlements'] };

/** Whether sessions are this service's to move by itself: below 100 % the monolith does what its clock says. */
export async function isWriter(pool: Db): Promise<boolean> {
  return await withTransaction(pool, async (tx) => (await whyNotWriter(tx, WRITTEN)) === undefined);
}
