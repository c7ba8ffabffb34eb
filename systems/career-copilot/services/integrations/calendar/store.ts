import { lookSoon } from '@banyan/calendars';
import type pg from 'pg';
import type { Interview, InterviewChange, NewInterview } from '../../../api/calendar.ts';

type Executor = pg.Pool | pg.PoolClient;

const INTERVIEW = 'id, application_id, title, location, starts_at, ends_at';
const MOST_LISTED = 500;

export async function insertInterview(
  tx: pg.PoolClient,
  userId: number,
  one: NewInterview,
): Promise<Interview> {
  const { rows } = await tx.query<Interview>(
    `INSERT INTO interviews (user_id, application_id, title, location, starts_at, ends_at)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${INTERVIEW}`,
    [userId, one.application_id, one.title, one.location ?? '', one.starts_at, one.ends_at],
  );
  await lookSoon(tx, userId);
  return rows[0]!;
}

/** Undefined: the user has none of that id, or it was cancelled. Throws 23514 when it would end before it starts. */
export async function changeInterview(
  tx: pg.PoolClient,
  userId: number,
  id: number,
  one: InterviewChange,
): Promise<Interview | undefined> {
  const { rows } = await tx.query<Interview>(
    `UPDATE interviews SET version = version + 1, application_id = coalesce($3, application_id), title = coalesce($4, title),
       location = coalesce($5, location), starts_at = coalesce($6, starts_at), ends_at = coalesce($7, ends_at)
     WHERE user_id = $1 AND id = $2 AND NOT cancelled RETURNING ${INTERVIEW}`,
    [userId, id, one.application_id, one.title, one.location, one.starts_at, one.ends_at],
  );
  await lookSoon(tx, userId);
  return rows[0];
}

export async function cancelInterview(tx: pg.PoolClient, userId: number, id: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE interviews SET version = version + 1, cancelled = true WHERE user_id = $1 AND id = $2 AND NOT cancelled',
    [userId, id],
  );
  await lookSoon(tx, userId);
  return rowCount === 1;
}

export async function listInterviews(
  db: Executor,
  userId: number,
  from: string,
  to: string,
): Promise<Interview[]> {
  const { rows } = await db.query<Interview>(
    `SELECT ${INTERVIEW} FROM interviews WHERE user_id = $1 AND NOT cancelled AND starts_at < $3 AND ends_at > $2
     ORDER BY starts_at, id LIMIT ${MOST_LISTED}`,
    [userId, from, to],
  );
  return rows;
}

export async function forget(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('DELETE FROM calendars WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM followed_applications WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM interviews WHERE user_id = $1', [userId]);
}
