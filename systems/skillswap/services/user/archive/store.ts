/** SQL of archives: what there is about somebody, service by service. */
import type { Db, Queryable } from '@banyan/postgres';

export type Archive = { id: string; userId: string /** Services whose part is there. */; said: string[] };

/** As a queue leases it. */
export const ARCHIVE = `id, user_id AS "userId", ARRAY(SELECT jsonb_object_keys(parts)) AS said`;

type Shown = { id: string; askedAt: Date; readyAt: Date | null };
const SHOWN = `id, created_at AS "askedAt", ready_at AS "readyAt"`;

/** A new one, with what is known at once. */
export async function begin(db: Db, userId: string, parts: Record<string, unknown>): Promise<Shown> {
  const { rows } = await db.query<Shown>(
    `INSERT INTO archives (user_id, parts) VALUES ($1, $2) RETURNING ${SHOWN}`,
    [userId, parts],
  );
  return rows[0]!;
}

/** One that somebody asked for a short time ago: it is not made again. */
export async function findFresh(db: Queryable, userId: string, minutes: number): Promise<Shown | undefined> {
  const { rows } = await db.query<Shown>(
    `SELECT ${SHOWN} FROM archives WHERE user_id = $1 AND created_at > now() - make_interval(mins => $2) ORDER BY created_at DESC LIMIT 1`,
    [userId, minutes],
  );
  return rows[0];
}

export async function find(
  db: Queryable,
  userId: string,
  id: string,
): Promise<(Shown & { parts: Record<string, unknown> }) | undefined> {
  const { rows } = await db.query<Shown & { parts: Record<string, unknown> }>(
    `SELECT ${SHOWN}, parts FROM archives WHERE user_id = $1 AND id = $2`,
    [userId, id],
  );
  return rows[0];
}

export async function add(db: Db, id: string, service: string, said: unknown): Promise<void> {
  await db.query(
    'UPDATE archives SET parts = parts || jsonb_build_object($2::text, $3::jsonb) WHERE id = $1',
    [id, service, JSON.stringify(said)],
  );
}

export async function finish(db: Db, id: string): Promise<void> {
  await db.query('UPDATE archives SET ready_at = now() WHERE id = $1 AND ready_at IS NULL', [id]);
}

export async function forgetOld(db: Db, days: number): Promise<void> {
  await db.query('DELETE FROM archives WHERE created_at < now() - make_interval(secs => $1)', [
    days * 86_400,
  ]);
}
