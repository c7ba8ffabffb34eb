import type { Db, Queryable } from '@banyan/postgres';
import { type Leased, leasedRows } from '@banyan/service';
import type { UserId } from '../system.ts';

export type Format = 'csv' | 'pdf';
export type Report = {
  id: number;
  format: Format;
  state: 'waiting' | 'running' | 'done' | 'failed';
  created_at: Date;
  ended_at: Date | null;
};
export type Order = { id: number; userId: UserId; format: Format; zone: string };

const REPORT = 'id, format, state, created_at, ended_at';
/** Of one user: older ones go when there are more. */
const KEPT = 20;

/** Undefined if `most` of the user's are not done yet. */
export async function orderReport(
  tx: Queryable,
  userId: UserId,
  { format, zone, most }: { format: Format; zone: string; most: number },
): Promise<Report | undefined> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('reports'), hashtext($1::text))`, [userId]);
  await tx.query(
    `DELETE FROM reports WHERE user_id = $1 AND id <= (SELECT id FROM reports WHERE user_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`,
    [userId, KEPT - 1],
  );
  const { rows } = await tx.query<Report>(
    `INSERT INTO reports (user_id, format, zone)
     SELECT $1, $2, $3 WHERE (SELECT count(*) FROM reports WHERE user_id = $1 AND state IN ('waiting', 'running')) < $4
     RETURNING ${REPORT}`,
    [userId, format, zone, most],
  );
  return rows[0];
}

export async function listReports(db: Db, userId: UserId): Promise<Report[]> {
  const { rows } = await db.query<Report>(
    `SELECT ${REPORT} FROM reports WHERE user_id = $1 ORDER BY id DESC`,
    [userId],
  );
  return rows;
}

export async function findReport(
  db: Db,
  userId: UserId,
  id: number,
): Promise<(Report & { content: Buffer | null }) | undefined> {
  const { rows } = await db.query<Report & { content: Buffer | null }>(
    `SELECT ${REPORT}, content FROM reports WHERE user_id = $1 AND id = $2`,
    [userId, id],
  );
  return rows[0];
}

/** What was ordered, as it becomes due. */
export const orders = leasedRows<Order>({
  table: 'reports',
  key: 'id',
  columns: 'id, user_id AS "userId", format, zone',
  where: `state IN ('waiting', 'running')`,
  set: `state = 'running'`,
  leaseMs: 120_000,
});

/** With its content, or without one as failed. False: somebody else makes it by now, or its user is gone. */
export async function endReport(
  tx: Queryable,
  order: Leased<Order>,
  content: Buffer | null,
): Promise<boolean> {
  if (!(await orders.release(tx, order, null))) return false;
  await tx.query('UPDATE reports SET state = $2, content = $3, ended_at = now() WHERE id = $1', [
    order.id,
    content === null ? 'failed' : 'done',
    content,
  ]);
  return true;
}
