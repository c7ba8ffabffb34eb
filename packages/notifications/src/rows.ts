import { prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { Says } from './says.ts';
import type { NotificationSystem, UserId } from './system.ts';

/** An id of a row, as the feed names it (`n12`), as the row has it; undefined: it is none. */
export function rowIdIn(
  item: string,
  { rows: { id: type } }: NotificationSystem,
): number | string | undefined {
  if (type === 'uuid') return /^n([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(item)?.[1];
  const number = /^n([1-9]\d{0,9})$/.exec(item)?.[1];
  return number === undefined || Number(number) > LARGEST_INTEGER ? undefined : Number(number);
}

const LARGEST_INTEGER = 2_147_483_647;

/** Marks rows of `notifications` as read, all of the user's or the one, with an event for each that was not before. Gives how many. */
export async function readRows(
  tx: pg.PoolClient,
  says: Says,
  userId: UserId,
  id: number | string | null,
): Promise<number> {
  const read = await markRowsRead(tx, userId, id);
  for (const notificationId of read) await says.publish(tx, 'NotificationRead', { userId, notificationId });
  return read.length;
}

/** Gives the ids of those that were not read before. */
async function markRowsRead(
  db: pg.Pool | pg.PoolClient,
  userId: UserId,
  id: number | string | null,
): Promise<(number | string)[]> {
  const { rows } = await db.query<{ id: number | string }>(
    prepared(
      `UPDATE notifications SET is_read = true
     WHERE user_id = $1 AND ($2::text IS NULL OR id::text = $2) AND NOT is_read RETURNING id`,
      [userId, id],
    ),
  );
  return rows.map((row) => row.id);
}
