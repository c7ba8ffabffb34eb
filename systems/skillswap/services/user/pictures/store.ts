/** SQL of pictures: which files there are, and which of them are to be removed. */
import type { Db, Queryable } from '@banyan/postgres';
import { leasedRows } from '@banyan/service';
import type pg from 'pg';
import { API } from '../../../api/common.ts';

/** A file that nobody began to use by then is removed. */
const UNUSED_MINUTES = 10;

/** Files that are to go. */
export const fileRows = leasedRows<{ name: string }>({
  table: 'picture_files',
  key: 'name',
  columns: 'name',
  where: 'due_at IS NOT NULL',
  leaseMs: 30_000,
});

/** By it everybody finds the picture; the name is known to those alone who were shown it. */
export function addressOf(userId: string, name: string): string {
  return `${API}/users/${userId}/picture/${name}`;
}

/** A file that is about to be: it goes, unless it is used. */
export async function announce(db: Db, userId: string, name: string): Promise<void> {
  await db.query(
    `INSERT INTO picture_files (name, user_id, due_at) VALUES ($1, $2, now() + make_interval(mins => $3))`,
    [name, userId, UNUSED_MINUTES],
  );
}

/** From now on it is this one, and those before it go. False: it has gone itself. */
export async function use(tx: pg.PoolClient, userId: string, name: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE picture_files SET due_at = NULL WHERE name = $1 AND user_id = $2 AND leased_until IS NULL',
    [name, userId],
  );
  await tx.query(
    'UPDATE picture_files SET due_at = now() WHERE user_id = $1 AND name <> $2 AND due_at IS NULL',
    [userId, name],
  );
  return rowCount === 1;
}

export async function isUsed(db: Queryable, userId: string, name: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'SELECT FROM picture_files WHERE name = $1 AND user_id = $2 AND due_at IS NULL',
    [name, userId],
  );
  return rowCount === 1;
}

/** What its owner shows no more, since they have changed the address of their picture, on whatever side. */
export async function dropUnshown(db: Db): Promise<void> {
  await db.query(
    `UPDATE picture_files SET due_at = now() FROM users WHERE users.id = user_id AND due_at IS NULL
       AND right(profile_picture_url, 36) IS DISTINCT FROM name::text`,
  );
}

/** Files of somebody that are still there, or may be. */
export async function countOf(db: Queryable, userId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM picture_files WHERE user_id = $1',
    [userId],
  );
  return rows[0]!.count;
}
