import type { Queryable } from '@banyan/postgres';

/** What somebody has made here for themselves goes with their account. */
export async function forgetPerson(tx: Queryable, userId: number): Promise<void> {
  await tx.query('DELETE FROM dashboards WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM reports WHERE user_id = $1', [userId]);
}
