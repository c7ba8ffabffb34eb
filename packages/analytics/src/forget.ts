import type { Queryable } from '@banyan/postgres';
import type { UserId } from './system.ts';

/** What somebody has made here for themselves goes with their account. */
export async function forgetOwn(tx: Queryable, userId: UserId): Promise<void> {
  await tx.query('DELETE FROM dashboards WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM reports WHERE user_id = $1', [userId]);
}
