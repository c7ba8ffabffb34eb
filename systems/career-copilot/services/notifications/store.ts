import { prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { Notification, NotificationQuery } from '../../api/notifications.ts';

type Executor = pg.Pool | pg.PoolClient;

const NOTIFICATION = 'id, kind, title, body, is_read, created_at';
const OF_USER = 'user_id = $1 AND NOT ($2 AND is_read)';

/** The latest first. */
export async function listNotifications(
  db: Executor,
  userId: number,
  { unread_only: unreadOnly = false, page, limit }: NotificationQuery,
): Promise<{ rows: Notification[]; total: number }> {
  const { rows } = await db.query<Notification>(
    prepared(
      `SELECT ${NOTIFICATION} FROM notifications WHERE ${OF_USER}
     ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4`,
      [userId, unreadOnly, limit, (page - 1) * limit],
    ),
  );
  const counted = await db.query<{ total: number }>(
    prepared(`SELECT count(*)::int AS total FROM notifications WHERE ${OF_USER}`, [userId, unreadOnly]),
  );
  return { rows, total: counted.rows[0]!.total };
}

/** Undefined if the user has none of that id: somebody else's is not found. */
export async function findNotification(
  db: Executor,
  userId: number,
  id: number,
): Promise<Notification | undefined> {
  const { rows } = await db.query<Notification>(
    prepared(`SELECT ${NOTIFICATION} FROM notifications WHERE user_id = $1 AND id = $2`, [userId, id]),
  );
  return rows[0];
}
