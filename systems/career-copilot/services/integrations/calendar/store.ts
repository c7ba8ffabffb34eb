import type { Change, OwnEvent } from '@banyan/calendars';
import { withTransaction } from '@banyan/postgres';
import { type Leased, leasedRows } from '@banyan/service';
import type pg from 'pg';
import type { Busy, Calendar, Interview, InterviewChange, NewInterview } from '../../../api/calendar.ts';

type Executor = pg.Pool | pg.PoolClient;

const CALENDAR = 'id, connection_id, calendar_id, synced_at, error';
const INTERVIEW = 'id, application_id, title, location, starts_at, ends_at';
const MOST_LISTED = 500;
const MOST_CONFLICTS = 20;

/** Undefined: the user has no such connection. The same one again is the one that is there. */
export async function linkCalendar(
  db: Executor,
  userId: number,
  connectionId: number,
  calendarId: string,
): Promise<Calendar | undefined> {
  const { rows } = await db.query<Calendar>(
    `INSERT INTO calendars (user_id, connection_id, calendar_id)
     SELECT user_id, id, $3 FROM oauth_connections WHERE user_id = $1 AND id = $2
     ON CONFLICT (connection_id, calendar_id) DO UPDATE SET due_at = now() RETURNING ${CALENDAR}`,
    [userId, connectionId, calendarId],
  );
  return rows[0];
}

export async function listCalendars(db: Executor, userId: number): Promise<Calendar[]> {
  const { rows } = await db.query<Calendar>(
    `SELECT ${CALENDAR} FROM calendars WHERE user_id = $1 ORDER BY id LIMIT ${MOST_LISTED}`,
    [userId],
  );
  return rows;
}

/** What is in it stays there, and is not looked at any more. */
export async function unlinkCalendar(db: Executor, userId: number, id: number): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM calendars WHERE user_id = $1 AND id = $2', [userId, id]);
  return rowCount === 1;
}

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

/** There is something for the calendars of a user. */
export async function lookSoon(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('UPDATE calendars SET due_at = now() WHERE user_id = $1', [userId]);
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

/** What else is in the calendars of a user between two instants; what only touches them is not. */
export async function busyBetween(
  db: Executor,
  userId: number,
  from: string | Date,
  to: string | Date,
  most = MOST_LISTED,
): Promise<Busy[]> {
  const { rows } = await db.query<Busy>(
    `SELECT b.title, b.starts_at, b.ends_at, c.id AS calendar FROM calendar_busy b JOIN calendars c ON c.id = b.calendar_id
     WHERE c.user_id = $1 AND b.starts_at < $3 AND b.ends_at > $2 ORDER BY b.starts_at, b.external_id LIMIT $4`,
    [userId, from, to, most],
  );
  return rows;
}

export const conflictsOf = (db: Executor, userId: number, { starts_at, ends_at }: Interview) =>
  busyBetween(db, userId, starts_at, ends_at, MOST_CONFLICTS);

/** A calendar that is to be looked at. */
export type Due = {
  id: number;
  userId: number;
  connectionId: number;
  calendarId: string;
  /** Of its connection. */
  provider: string;
  syncToken: string | null;
  /** When all of it was read last. */
  wholeAt: Date | null;
};

/** Calendars whose turn it is. The lease is longer than a look takes. */
export const calendars = leasedRows<Due>({
  table: 'calendars',
  key: 'id',
  columns: `id, user_id AS "userId", connection_id AS "connectionId", calendar_id AS "calendarId", sync_token AS "syncToken",
    whole_at AS "wholeAt", (SELECT provider FROM oauth_connections WHERE oauth_connections.id = connection_id) AS provider`,
  leaseMs: 600_000,
});

/** When it is looked at again, unless somebody asks for it before; noted before this look, so that it is known who asked meanwhile. */
export async function noteNextLook(db: Executor, { id }: Due, everySeconds: number): Promise<void> {
  await db.query('UPDATE calendars SET due_at = now() + make_interval(secs => $2) WHERE id = $1', [
    id,
    everySeconds,
  ]);
}

export type Unpushed = OwnEvent & {
  interviewId: number;
  version: number;
  cancelled: boolean;
  /** It was put there before. */
  known: boolean;
};

/**
 * Interviews that are not in a calendar as they are now. One that was cancelled before it ever was there need not go; one that its owner has
 * removed there does not come back.
 */
export async function unpushed(db: Executor, { id, userId }: Due): Promise<Unpushed[]> {
  const { rows } = await db.query<Unpushed>(
    `SELECT i.id AS "interviewId", i.version, i.cancelled, i.event_key AS key, i.title, i.location,
       i.starts_at AS "startsAt", i.ends_at AS "endsAt", p.version IS NOT NULL AS known
     FROM interviews i LEFT JOIN interviews_pushed p ON p.interview_id = i.id AND p.calendar_id = $1
     WHERE i.user_id = $2 AND p.version IS DISTINCT FROM i.version AND NOT (i.cancelled AND p.version IS NULL)
       AND p.removed_there IS NOT TRUE
     ORDER BY i.id LIMIT ${MOST_LISTED}`,
    [id, userId],
  );
  return rows;
}

export async function notePushed(
  db: Executor,
  calendarId: number,
  { interviewId, version }: Unpushed,
  { removedThere }: { removedThere: boolean },
): Promise<void> {
  await db.query(
    `INSERT INTO interviews_pushed (interview_id, calendar_id, version, removed_there) VALUES ($1, $2, $3, $4)
     ON CONFLICT (interview_id, calendar_id) DO UPDATE SET version = excluded.version, removed_there = excluded.removed_there`,
    [interviewId, calendarId, version, removedThere],
  );
}

/** What was read and the token that it ends with, together or not at all. `whole`: in the place of all that was known. */
export async function applyChanges(
  pool: pg.Pool,
  calendarId: number,
  { changes, syncToken, whole }: { changes: readonly Change[]; syncToken: string; whole: boolean },
): Promise<void> {
  // Of several changes of one object the last counts.
  const last = [...new Map(changes.map((one) => [one.externalId, one])).values()];
  const busy = last.flatMap(({ externalId, busy }) => busy.map((time) => ({ externalId, ...time })));
  await withTransaction(pool, async (tx) => {
    await tx.query(`DELETE FROM calendar_busy WHERE calendar_id = $1 AND ($2 OR external_id = ANY ($3))`, [
      calendarId,
      whole,
      last.map(({ externalId }) => externalId),
    ]);
    await tx.query(
      `INSERT INTO calendar_busy (calendar_id, external_id, title, starts_at, ends_at)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
       ON CONFLICT DO NOTHING`,
      [
        calendarId,
        busy.map(({ externalId }) => externalId),
        busy.map(({ title }) => title),
        busy.map(({ startsAt }) => startsAt),
        busy.map(({ endsAt }) => endsAt),
      ],
    );
    await tx.query(
      `UPDATE calendars SET sync_token = $2, synced_at = now(), whole_at = CASE WHEN $3 THEN now() ELSE whole_at END
       WHERE id = $1`,
      [calendarId, syncToken, whole],
    );
  });
}

/** Lets go of it. What was asked for meanwhile is due still. */
export async function finish(pool: pg.Pool, due: Leased<Due>, error: string | null): Promise<void> {
  await withTransaction(pool, async (tx) => {
    if (await calendars.release(tx, due))
      await tx.query('UPDATE calendars SET error = $2 WHERE id = $1', [due.id, error]);
  });
}

export async function forget(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('DELETE FROM calendars WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM followed_applications WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM interviews WHERE user_id = $1', [userId]);
}
