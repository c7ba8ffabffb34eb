/** What is known of applications, and the interviews that followed from it. */
import { lookSoon } from '@banyan/calendars';
import type pg from 'pg';
import type { Known } from './appointment.ts';

export type Followed = Known & {
  userId: number;
  applicationId: number;
  jobId: number | null;
  interviewId: number | null;
};

/** Of an interview of which nobody has said how long it takes. */
const LENGTH = `interval '1 hour'`;
/** Until its job is known: a word of both languages. */
const TITLE = 'Interview';

/** Each gives those from which an interview follows, or has: the others need not be looked at. */
const COUNTS = 'application_id AS id, action_id IS NOT NULL OR interview_id IS NOT NULL AS counts';

async function noted(tx: pg.PoolClient, sql: string, values: unknown[]): Promise<number[]> {
  const { rows } = await tx.query<{ id: number; counts: boolean }>(sql, values);
  return rows.filter(({ counts }) => counts).map(({ id }) => id);
}

type New = { userId: number; applicationId: number; jobId: number; status: string };

/** A status that was heard of before is the later one. */
export async function noteApplications(tx: pg.PoolClient, all: readonly New[]): Promise<number[]> {
  const each = lastOfEach(all);
  return await noted(
    tx,
    `INSERT INTO followed_applications AS known (application_id, user_id, job_id, status)
     SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::text[])
     ON CONFLICT (application_id) DO UPDATE SET job_id = excluded.job_id, status = coalesce(known.status, excluded.status)
     RETURNING ${COUNTS}`,
    [
      each.map(({ applicationId }) => applicationId),
      each.map(({ userId }) => userId),
      each.map(({ jobId }) => jobId),
      each.map(({ status }) => status),
    ],
  );
}

export async function noteStatuses(tx: pg.PoolClient, all: readonly Omit<New, 'jobId'>[]): Promise<number[]> {
  const each = lastOfEach(all);
  return await noted(
    tx,
    `INSERT INTO followed_applications (application_id, user_id, status) SELECT * FROM unnest($1::int[], $2::int[], $3::text[])
     ON CONFLICT (application_id) DO UPDATE SET status = excluded.status
     RETURNING ${COUNTS}`,
    [
      each.map(({ applicationId }) => applicationId),
      each.map(({ userId }) => userId),
      each.map(({ status }) => status),
    ],
  );
}

export async function noteAction(
  tx: pg.PoolClient,
  one: { userId: number; applicationId: number; action: { id: number; dueAt: string } | null },
): Promise<number[]> {
  return await noted(
    tx,
    `INSERT INTO followed_applications (application_id, user_id, action_id, due_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (application_id) DO UPDATE SET action_id = excluded.action_id, due_at = excluded.due_at
     RETURNING ${COUNTS}`,
    [one.applicationId, one.userId, one.action?.id ?? null, one.action?.dueAt ?? null],
  );
}

const FOLLOWED = `known.user_id AS "userId", known.application_id AS "applicationId", known.job_id AS "jobId", known.status,
  known.interview_id AS "interviewId",
  known.action_id, known.due_at,
  interviews.action_id AS interview_action_id, interviews.starts_at, interviews.cancelled`;

export async function lockApplication(tx: pg.PoolClient, id: number): Promise<Followed> {
  const { rows } = await tx.query(
    `SELECT ${FOLLOWED} FROM followed_applications known LEFT JOIN interviews ON interviews.id = known.interview_id
     WHERE known.application_id = $1 FOR UPDATE OF known`,
    [id],
  );
  return followed(rows[0]);
}

/** Undefined: it was not known. */
export async function forgetApplication(tx: pg.PoolClient, id: number): Promise<Followed | undefined> {
  const { rowCount } = await tx.query(
    'SELECT FROM followed_applications WHERE application_id = $1 FOR UPDATE',
    [id],
  );
  if (rowCount === 0) return undefined;
  const known = await lockApplication(tx, id);
  await tx.query('DELETE FROM followed_applications WHERE application_id = $1', [id]);
  return known;
}

function followed({ action_id, due_at, interview_action_id, starts_at, cancelled, ...known }: Row): Followed {
  return {
    ...known,
    action: action_id === null || due_at === null ? null : { id: action_id, dueAt: due_at },
    interview:
      starts_at === null
        ? null
        : { actionId: interview_action_id, startsAt: starts_at, cancelled: cancelled! },
  };
}

type Row = Omit<Followed, 'action' | 'interview'> & {
  action_id: number | null;
  due_at: Date | null;
  interview_action_id: number | null;
  starts_at: Date | null;
  cancelled: boolean | null;
};

type At = { actionId: number; startsAt: Date };

/** What the user has noted themselves for that time is the interview: it is not there twice. */
export async function make(tx: pg.PoolClient, known: Followed, { actionId, startsAt }: At): Promise<void> {
  const { userId, applicationId, jobId } = known;
  const { rows } = await tx.query<{ id: number }>(
    `WITH own AS (
       SELECT id FROM interviews WHERE user_id = $1 AND application_id = $2 AND NOT cancelled
         AND starts_at < $4::timestamptz + ${LENGTH} AND ends_at > $4 ORDER BY id LIMIT 1),
     adopted AS (UPDATE interviews SET action_id = $3 WHERE id IN (SELECT id FROM own) RETURNING id),
     made AS (
       INSERT INTO interviews (user_id, application_id, action_id, title, location, starts_at, ends_at, title_of_job)
       SELECT $1, $2, $3, '${TITLE}', '', $4, $4::timestamptz + ${LENGTH}, $5 WHERE NOT EXISTS (SELECT FROM own) RETURNING id)
     SELECT id FROM adopted UNION ALL SELECT id FROM made`,
    [userId, applicationId, actionId, startsAt, jobId],
  );
  await tx.query('UPDATE followed_applications SET interview_id = $2 WHERE application_id = $1', [
    applicationId,
    rows[0]!.id,
  ]);
  await lookSoon(tx, userId);
}

/** As long as it was. */
export async function move(tx: pg.PoolClient, known: Followed, { actionId, startsAt }: At): Promise<void> {
  await tx.query(
    `UPDATE interviews SET version = version + 1, action_id = $2, starts_at = $3, ends_at = $3::timestamptz + (ends_at - starts_at) WHERE id = $1`,
    [known.interviewId, actionId, startsAt],
  );
  await lookSoon(tx, known.userId);
}

/** Another one may follow later. */
export async function cancel(
  tx: pg.PoolClient,
  { interviewId, applicationId, userId }: Followed,
): Promise<void> {
  await tx.query('UPDATE interviews SET version = version + 1, cancelled = true WHERE id = $1', [
    interviewId,
  ]);
  await tx.query('UPDATE followed_applications SET interview_id = NULL WHERE application_id = $1', [
    applicationId,
  ]);
  await lookSoon(tx, userId);
}

/** Interviews of a user whose titles are still to be made of their jobs. */
export async function untitled(db: pg.Pool, userId: number): Promise<{ id: number; jobId: number }[]> {
  const { rows } = await db.query<{ id: number; jobId: number }>(
    `SELECT id, title_of_job AS "jobId" FROM interviews
     WHERE user_id = $1 AND title_of_job IS NOT NULL AND NOT cancelled LIMIT 20`,
    [userId],
  );
  return rows;
}

/** Undefined: there is nothing to make it of. What the user has called it meanwhile stays. */
export async function entitle(db: pg.Pool, id: number, title: string | undefined): Promise<void> {
  await db.query(
    `UPDATE interviews SET title_of_job = NULL, version = version + 1,
       title = CASE WHEN title = '${TITLE}' THEN coalesce($2, title) ELSE title END WHERE id = $1`,
    [id, title ?? null],
  );
}

function lastOfEach<T extends { applicationId: number }>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [one.applicationId, one])).values()].toSorted(
    (a, b) => a.applicationId - b.applicationId,
  );
}
