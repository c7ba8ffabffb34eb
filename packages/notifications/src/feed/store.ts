import type pg from 'pg';
import type { FeedItem } from '../api/index.ts';
import type { UserId } from '../system.ts';

type Executor = pg.Pool | pg.PoolClient;

/** All that the user `$1` was told in the app. */
export const FEED = `
  SELECT 'n' || id AS id, kind::text, title::text, body, link, is_read, created_at
  FROM notifications WHERE user_id = $1
  UNION ALL
  SELECT id::text, kind, title, body, link, is_read, created_at FROM in_app WHERE user_id = $1`;

/** Of them those that were not read. */
export const UNREAD = `SELECT * FROM (${FEED}) AS feed WHERE NOT is_read`;

export async function countUnread(db: Executor, userId: UserId): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (${UNREAD}) AS unread`,
    [userId],
  );
  return rows[0]!.count;
}

export async function findInFeed(db: Executor, userId: UserId, id: string): Promise<FeedItem | undefined> {
  const { rows } = await db.query<FeedItem>(`SELECT * FROM (${FEED}) AS feed WHERE id = $2`, [userId, id]);
  return rows[0];
}

/** What a row that others have made says. */
export async function findRow(
  db: Executor,
  userId: UserId,
  id: number | string,
): Promise<{ title: string; body: string } | undefined> {
  const { rows } = await db.query<{ title: string; body: string }>(
    'SELECT title, body FROM notifications WHERE user_id = $1 AND id = $2',
    [userId, id],
  );
  return rows[0];
}

/** What is no id of any finds none. */
export async function markInAppRead(tx: Executor, userId: UserId, id: string): Promise<void> {
  await tx.query('UPDATE in_app SET is_read = true WHERE user_id = $1 AND id::text = $2', [userId, id]);
}

/** How many were not read before. */
export async function markAllInAppRead(tx: Executor, userId: UserId): Promise<number> {
  const { rowCount } = await tx.query('UPDATE in_app SET is_read = true WHERE user_id = $1 AND NOT is_read', [
    userId,
  ]);
  return rowCount!;
}

/**
 * Puts what somebody is told in the app into their stream, once. Whoever tells the same person something meanwhile waits until this transaction is
 * over: so numbers of one person are committed in their order, and who has seen one has seen all before it. Who tells several in one
 * transaction does so in the order of their ids.
 */
export async function logInFeed(tx: Executor, userId: UserId, item: string): Promise<void> {
  const { rowCount } = await tx.query(
    `INSERT INTO feed_log (user_id, item) SELECT $1, $2 FROM pg_advisory_xact_lock(hashtextextended($3, 0))
     ON CONFLICT DO NOTHING`,
    [userId, item, `banyan_notifications.feed:${userId}`],
  );
  if (rowCount === 1) await tx.query(`SELECT pg_notify('notifications_feed', $1)`, [String(userId)]);
}

export type Logged = { seq: string } & FeedItem;

/** What somebody was told after a number, in its order. */
export async function listAfter(db: Executor, userId: UserId, seq: string, most: number): Promise<Logged[]> {
  const { rows } = await db.query<Logged>(
    `SELECT log.seq::text, feed.* FROM (${FEED}) AS feed JOIN feed_log AS log ON log.user_id = $1 AND log.item = feed.id
     WHERE log.seq > $2 ORDER BY log.seq LIMIT $3`,
    [userId, seq, most],
  );
  return rows;
}

/** The newest number of somebody's stream, and how many come after the one given. */
export async function placeOf(
  db: Executor,
  userId: UserId,
  after: string,
): Promise<{ newest: string; missed: number; isKnown: boolean }> {
  const { rows } = await db.query(
    `SELECT coalesce(max(seq), 0)::text AS newest, (count(*) FILTER (WHERE seq > $2))::int AS missed,
       coalesce(bool_or(seq = $2), false) OR $2 = 0 AS "isKnown"
     FROM feed_log WHERE user_id = $1`,
    [userId, after],
  );
  return rows[0];
}
