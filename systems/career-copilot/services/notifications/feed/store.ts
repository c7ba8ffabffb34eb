import type pg from 'pg';
import type { FeedItem } from '../../../api/notifications.ts';

type Executor = pg.Pool | pg.PoolClient;

/** All that the user `$1` was told in the app. */
export const FEED = `
  SELECT 'n' || id AS id, kind::text, title::text, body, NULL::text AS link, is_read, created_at
  FROM notifications WHERE user_id = $1
  UNION ALL
  SELECT id::text, kind, title, body, link, is_read, created_at FROM in_app WHERE user_id = $1`;

export async function findInFeed(db: Executor, userId: number, id: string): Promise<FeedItem | undefined> {
  const { rows } = await db.query<FeedItem>(`SELECT * FROM (${FEED}) AS feed WHERE id = $2`, [userId, id]);
  return rows[0];
}

/** What is no id of any finds none. */
export async function markInAppRead(tx: Executor, userId: number, id: string): Promise<void> {
  await tx.query('UPDATE in_app SET is_read = true WHERE user_id = $1 AND id::text = $2', [userId, id]);
}
