import type { Db, Queryable } from '@banyan/postgres';
import type { UserId } from '../system.ts';
import type { Definition } from './dashboards.ts';

export type Dashboard = { name: string; definition: Definition; updated_at: Date };

export async function listDashboards(db: Db, userId: UserId): Promise<Dashboard[]> {
  const { rows } = await db.query<Dashboard>(
    'SELECT name, definition, updated_at FROM dashboards WHERE user_id = $1 ORDER BY name',
    [userId],
  );
  return rows;
}

export async function findDashboard(db: Db, userId: UserId, name: string): Promise<Dashboard | undefined> {
  const { rows } = await db.query<Dashboard>(
    'SELECT name, definition, updated_at FROM dashboards WHERE user_id = $1 AND name = $2',
    [userId, name],
  );
  return rows[0];
}

/** Undefined if the user has `most` others already. */
export async function saveDashboard(
  tx: Queryable,
  userId: UserId,
  { name, definition, most }: { name: string; definition: Definition; most: number },
): Promise<Dashboard | undefined> {
  // Two that are saved at the same time are counted one after the other.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('dashboards'), hashtext($1::text))`, [userId]);
  const { rows } = await tx.query<Dashboard>(
    `INSERT INTO dashboards (user_id, name, definition)
     SELECT $1, $2::varchar, $3::jsonb
     WHERE (SELECT count(*) FROM dashboards WHERE user_id = $1 AND name <> $2::varchar) < $4
     ON CONFLICT (user_id, name) DO UPDATE SET definition = excluded.definition, updated_at = now()
     RETURNING name, definition, updated_at`,
    [userId, name, JSON.stringify(definition), most],
  );
  return rows[0];
}

/** Whether there was one. */
export async function removeDashboard(tx: Queryable, userId: UserId, name: string): Promise<boolean> {
  const { rowCount } = await tx.query('DELETE FROM dashboards WHERE user_id = $1 AND name = $2', [
    userId,
    name,
  ]);
  return rowCount === 1;
}
