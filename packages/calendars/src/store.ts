import type { UserId } from '@banyan/connections';
import { type Db, prepared, type Queryable, runWithNext, withTransaction } from '@banyan/postgres';
import { type Leased, leasedRows } from '@banyan/service';
import type { Busy, Calendar } from './api.ts';
import type { Change, OwnEvent } from './events.ts';

const CALENDAR = 'id, connection_id, calendar_id, synced_at, error';
const MOST_LISTED = 500;

/** Undefined: the user has no such connection. The same one again is the one that is there. */
export async function linkCalendar(
  db: Queryable,
  userId: UserId,
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

export async function listCalendars(db: Queryable, userId: UserId): Promise<Calendar[]> {
  const { rows } = await db.query<Calendar>(
    `SELECT ${CALENDAR} FROM calendars WHERE user_id = $1 ORDER BY id LIMIT ${MOST_LISTED}`,
    [userId],
  );
  return rows;
}

/** What is in it stays there, and is not looked at any more. */
export async function unlinkCalendar(db: Queryable, userId: UserId, id: number): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM calendars WHERE user_id = $1 AND id = $2', [userId, id]);
  return rowCount === 1;
}

/**
 * There is something for the calendars of these users; in the transaction that makes it. In the order of their ids, so that two who do it for the same
 * users wait for one another, and neither for ever.
 */
export async function lookSoon(tx: Queryable, ...userIds: UserId[]): Promise<void> {
  const these = userIds.map((_, index) => `$${index + 1}`).join();
  await runWithNext(
    tx,
    prepared(
      `WITH theirs AS (SELECT id FROM calendars WHERE user_id IN (${these}) ORDER BY id FOR NO KEY UPDATE)
       UPDATE calendars SET due_at = now() FROM theirs WHERE calendars.id = theirs.id`,
      userIds,
    ),
  );
}

/** What else is in the calendars of a user between two instants; what only touches them is not. */
export async function busyBetween(
  db: Queryable,
  userId: UserId,
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

/** A calendar that is to be looked at. */
export type Due = {
  id: number;
  userId: UserId;
  connectionId: number;
  calendarId: string;
  /** Of its connection. */
  provider: string;
  syncToken: string | null;
  /** When all of it was read last. */
  wholeAt: Date | null;
};

/** Calendars whose turn it is. The lease is longer than one write takes, before each of which it begins anew. */
export const calendars = leasedRows<Due>({
  table: 'calendars',
  key: 'id',
  columns: `id, user_id AS "userId", connection_id AS "connectionId", calendar_id AS "calendarId", sync_token AS "syncToken",
    whole_at AS "wholeAt", (SELECT provider FROM oauth_connections WHERE oauth_connections.id = connection_id) AS provider`,
  leaseMs: 300_000,
});

/** When it is looked at again, unless somebody asks for it before; noted before this look, so that it is known who asked meanwhile. */
export async function noteNextLook(db: Queryable, { id }: Due, everySeconds: number): Promise<void> {
  await db.query('UPDATE calendars SET due_at = now() + make_interval(secs => $2) WHERE id = $1', [
    id,
    everySeconds,
  ]);
}

export type Unpushed = OwnEvent & {
  version: number;
  isGone: boolean;
  /** It goes into a calendar that has not got it yet. */
  isAdded: boolean;
  /** It was put there before. */
  known: boolean;
};

/** Of one look. */
export const MOST_PUSHED = 500;

/**
 * What is not in a calendar as it is now. One that is gone before it can have been there need not go; one that its owner has removed there does not come
 * back. `events` is SQL, as the system has it.
 */
export async function unpushed(db: Queryable, events: string, { id, userId }: Due): Promise<Unpushed[]> {
  const { rows } = await db.query<Omit<Unpushed, 'status'> & { status: OwnEvent['status'] | null }>(
    `SELECT e.key, e.version, e.is_gone AS "isGone", e.is_added AS "isAdded", e.title, e.location, e.starts_at AS "startsAt", e.ends_at AS "endsAt",
       e.status, p.version IS NOT NULL AS known
     FROM (${events}) AS e LEFT JOIN calendar_events AS p ON p.event_key = e.key AND p.calendar_id = $1
     WHERE p.version IS DISTINCT FROM e.version AND (p.event_key IS NOT NULL OR e.is_added AND NOT e.is_gone)
       AND p.removed_there IS NOT TRUE
     ORDER BY e.starts_at, e.key LIMIT ${MOST_PUSHED}`,
    [id, userId],
  );
  return rows.map(({ status, ...one }) => (status === null ? one : { ...one, status }) as Unpushed);
}

/** It may be in the calendar from now on. */
export async function noteBegun(db: Queryable, calendarId: number, { key }: Unpushed): Promise<void> {
  await db.query(
    `INSERT INTO calendar_events (calendar_id, event_key) SELECT id, $2 FROM calendars WHERE id = $1 ON CONFLICT DO NOTHING`,
    [calendarId, key],
  );
}

/** What was begun has never come there. */
export async function forgetBegun(db: Queryable, calendarId: number, { key }: Unpushed): Promise<void> {
  await db.query(
    'DELETE FROM calendar_events WHERE calendar_id = $1 AND event_key = $2 AND version IS NULL',
    [calendarId, key],
  );
}

export async function notePushed(
  db: Queryable,
  calendarId: number,
  { key, version }: Unpushed,
  { removedThere }: { removedThere: boolean },
): Promise<void> {
  await db.query(
    `INSERT INTO calendar_events (calendar_id, event_key, version, removed_there) SELECT id, $2, $3, $4 FROM calendars WHERE id = $1
     ON CONFLICT (calendar_id, event_key) DO UPDATE SET version = excluded.version, removed_there = excluded.removed_there`,
    [calendarId, key, version, removedThere],
  );
}

/** It was looked at, and nothing was read. */
export async function noteLook(db: Queryable, calendarId: number): Promise<void> {
  await db.query('UPDATE calendars SET synced_at = now() WHERE id = $1', [calendarId]);
}

/** What was read and the token that it ends with, together or not at all. `whole`: in the place of all that was known. */
export async function applyChanges(
  pool: Db,
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

/** Lets go of it. What was asked for meanwhile is due still; so is one of which there is more. */
export async function finish(
  pool: Db,
  due: Leased<Due>,
  { error, isMore }: { error: string | null; isMore: boolean },
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    if (await calendars.release(tx, due, isMore ? 0 : undefined))
      await tx.query('UPDATE calendars SET error = $2 WHERE id = $1', [due.id, error]);
  });
}
