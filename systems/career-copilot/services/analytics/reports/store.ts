import type { Db, Queryable } from '@banyan/postgres';

export type Format = 'csv' | 'pdf';
export type Report = {
  id: number;
  format: Format;
  state: 'waiting' | 'running' | 'done' | 'failed';
  created_at: Date;
  ended_at: Date | null;
};
/** Somebody makes it until then. */
export type Claimed = { id: number; userId: number; format: Format; zone: string; claim: string };

const REPORT = 'id, format, state, created_at, ended_at';
/** Of one user: older ones go when there are more. */
const KEPT = 20;
const ATTEMPTS = 3;

/** Undefined if `most` of the user's are not done yet. */
export async function orderReport(
  tx: Queryable,
  userId: number,
  { format, zone, most }: { format: Format; zone: string; most: number },
): Promise<Report | undefined> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('reports'), $1)`, [userId]);
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

export async function listReports(db: Db, userId: number): Promise<Report[]> {
  const { rows } = await db.query<Report>(
    `SELECT ${REPORT} FROM reports WHERE user_id = $1 ORDER BY id DESC`,
    [userId],
  );
  return rows;
}

export async function findReport(
  db: Db,
  userId: number,
  id: number,
): Promise<(Report & { content: Buffer | null }) | undefined> {
  const { rows } = await db.query<Report & { content: Buffer | null }>(
    `SELECT ${REPORT}, content FROM reports WHERE user_id = $1 AND id = $2`,
    [userId, id],
  );
  return rows[0];
}

/** The next one, for two minutes: when its process dies, another one makes it. Undefined: there is none. */
export async function claimReport(db: Db): Promise<Claimed | undefined> {
  await db.query(
    `UPDATE reports SET state = 'failed', ended_at = now() WHERE state = 'running' AND claimed_until < now() AND attempts >= $1`,
    [ATTEMPTS],
  );
  const { rows } = await db.query<Claimed>(
    `UPDATE reports SET state = 'running', attempts = attempts + 1, claim = gen_random_uuid(),
       claimed_until = now() + interval '2 minutes'
     WHERE id = (SELECT id FROM reports WHERE state = 'waiting' OR (state = 'running' AND claimed_until < now())
                 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, user_id AS "userId", format, zone, claim`,
  );
  return rows[0];
}

/** False: somebody else has taken it meanwhile, or its user is gone. */
export async function finishReport(tx: Queryable, { id, claim }: Claimed, content: Buffer): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE reports SET state = 'done', content = $3, ended_at = now() WHERE id = $1 AND claim = $2 AND state = 'running'`,
    [id, claim, content],
  );
  return rowCount === 1;
}

/** It is tried again a little later, a few times. */
export async function giveBack(db: Db, { id, claim }: Claimed): Promise<void> {
  await db.query(
    `UPDATE reports SET claimed_until = now() + interval '5 seconds' WHERE id = $1 AND claim = $2 AND state = 'running'`,
    [id, claim],
  );
}
