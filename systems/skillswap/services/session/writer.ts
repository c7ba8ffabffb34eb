import type { Db, Queryable } from '@banyan/postgres';
import * as service from '@banyan/service';

const WRITTEN = { service: 'session', tables: ['sessions', 'session_history', 'disputes', 'settlements'] };

/** Whether sessions are this service's to move by itself: below 100 % the monolith does what its clock says. */
export const isWriter = (pool: Db): Promise<boolean> => service.isWriter(pool, WRITTEN.service);

/** The same until a transaction ends that has done nothing yet: a step back comes after it, or was before it and is seen. */
export async function isWriterUntilEnd(tx: Queryable): Promise<boolean> {
  return (await service.whyNotWriter(tx, WRITTEN)) === undefined;
}
