import type pg from 'pg';
import type { NewSubmission, Source } from '../../../api/tracking.ts';

type Executor = Pick<pg.Pool, 'query'>;

export type Asked = { id: string; userId: number; jobId: number; attempt: number; isStarted: boolean };

const ASKED = `id, user_id AS "userId", job_id AS "jobId", attempt, started_at IS NOT NULL AS "isStarted"`;

/** Undefined if there is one of this id already, for another job. */
export async function keepSubmission(
  db: Executor,
  { id, userId }: Pick<Asked, 'id' | 'userId'>,
  { job_id: jobId, status = 'applied', cover_letter: coverLetter, source }: NewSubmission,
): Promise<Asked | undefined> {
  await db.query(
    `INSERT INTO submissions (id, user_id, job_id, status, cover_letter, source, source_detail)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
    [id, userId, jobId, status, coverLetter ?? null, source?.kind ?? null, source?.detail ?? null],
  );
  const { rows } = await db.query<Asked>(
    `SELECT ${ASKED} FROM submissions WHERE id = $1 AND user_id = $2 AND job_id = $3`,
    [id, userId, jobId],
  );
  return rows[0];
}

/** Begins one anew, once of all who find that its attempt has failed. */
export async function beginAnew(db: Executor, { id, attempt }: Asked): Promise<Asked> {
  await db.query(
    'UPDATE submissions SET attempt = attempt + 1, started_at = NULL WHERE id = $1 AND attempt = $2',
    [id, attempt],
  );
  const { rows } = await db.query<Asked>(`SELECT ${ASKED} FROM submissions WHERE id = $1`, [id]);
  return rows[0]!;
}

export async function findSubmission(
  db: Executor,
  id: string,
): Promise<{ status: 'saved' | 'applied'; coverLetter: string | null; source: Source | null }> {
  const { rows } = await db.query(
    'SELECT status, cover_letter, source, source_detail FROM submissions WHERE id = $1',
    [id],
  );
  const { status, cover_letter: coverLetter, source: kind, source_detail: detail } = rows[0];
  const source = kind === null ? null : { kind, ...(detail === null ? {} : { detail }) };
  return { status, coverLetter, source };
}

/** Undefined if it is not theirs. */
export async function findOwn(db: Executor, userId: number, id: string): Promise<Asked | undefined> {
  const { rows } = await db.query<Asked>(`SELECT ${ASKED} FROM submissions WHERE id = $1 AND user_id = $2`, [
    id,
    userId,
  ]);
  return rows[0];
}

export async function markStarted(db: Executor, { id, attempt }: Asked): Promise<void> {
  await db.query('UPDATE submissions SET started_at = now() WHERE id = $1 AND attempt = $2', [id, attempt]);
}

/** Whose process has died before it started their saga. */
export async function listLeft(db: Executor, seconds: number): Promise<Asked[]> {
  const { rows } = await db.query<Asked>(
    `SELECT ${ASKED} FROM submissions
     WHERE started_at IS NULL AND created_at < now() - make_interval(secs => $1) ORDER BY created_at LIMIT 100`,
    [seconds],
  );
  return rows;
}

/** The application that somebody has for a job, if any. */
export async function findForJob(
  db: Executor,
  userId: number,
  jobId: number,
): Promise<{ id: number; status: string } | undefined> {
  const { rows } = await db.query('SELECT id, status FROM applications WHERE user_id = $1 AND job_id = $2', [
    userId,
    jobId,
  ]);
  return rows[0];
}

/** The day that it counts for; undefined if that has as many as it may. */
export async function countSubmission(
  tx: pg.PoolClient,
  userId: number,
  perDay: number,
): Promise<string | undefined> {
  const { rows } = await tx.query<{ day: string }>(
    `INSERT INTO submission_days AS today VALUES ($1, (now() AT TIME ZONE 'UTC')::date, 1)
     ON CONFLICT (user_id, day) DO UPDATE SET submitted = today.submitted + 1 WHERE today.submitted < $2
     RETURNING day::text`,
    [userId, perDay],
  );
  return rows[0]?.day;
}

export async function uncountSubmission(tx: pg.PoolClient, userId: number, day: string): Promise<void> {
  await tx.query('UPDATE submission_days SET submitted = submitted - 1 WHERE user_id = $1 AND day = $2', [
    userId,
    day,
  ]);
}
