/** SQL of sessions and ratings. */
import { type Db, prepared, type Queryable, runWithNext } from '@banyan/postgres';
import type { Static } from 'typebox';
import type { PageQuery } from '../../../api/common.ts';
import type { HistoryEntry, NewRating, Rating, Session } from '../../../api/sessions.ts';
import { pageOf } from '../../../kit/pages.ts';
import { ApiError } from '../../../kit/problems.ts';
import { CLOSED_AFTER_HOURS, type SessionState } from '../../../kit/sessions/transitions.ts';

export type SessionRow = Static<typeof Session>;

// The name of a skill is not there yet while others have not told it.
const SESSIONS = `SELECT sessions.id, seeker_id AS "seekerId", provider_id AS "providerId", skill_id AS "skillId",
  coalesce(name, '') AS "skillName", starts_at AS "startsAt", ends_at AS "endsAt", state, hourly_rate AS "hourlyRate", credits,
  message, room_url AS "roomUrl", cancel_reason AS "cancelReason", created_at AS "createdAt", updated_at AS "updatedAt", version
  FROM sessions LEFT JOIN skills ON skills.id = skill_id WHERE booked`;

/** A session of others is not found, so that ids tell nothing. Throws `SESSION_NOT_FOUND`. */
export async function findSession(db: Queryable, id: string, userId: string): Promise<SessionRow> {
  const { rows } = await db.query<SessionRow>(
    prepared(`${SESSIONS} AND sessions.id = $1 AND $2 IN (seeker_id, provider_id)`, [id, userId]),
  );
  if (!rows[0]) throw new ApiError('SESSION_NOT_FOUND');
  return rows[0];
}

type SessionFilter = PageQuery & { role?: 'SEEKER' | 'PROVIDER'; state?: SessionState };

/** Somebody's, the latest first. */
export async function listSessions(db: Db, userId: string, { role, state, ...page }: SessionFilter) {
  const text = `${SESSIONS} AND (seeker_id = $1 AND $2::text IS DISTINCT FROM 'PROVIDER'
      OR provider_id = $1 AND $2::text IS DISTINCT FROM 'SEEKER') AND ($3::text IS NULL OR state = $3)`;
  const values = [userId, role ?? null, state ?? null];
  return await pageOf<SessionRow>(db, { text, values, order: 'starts_at DESC, sessions.id' }, page);
}

export type LockedSession = {
  id: string;
  seekerId: string;
  providerId: string;
  skillId: string;
  state: SessionState;
  startsAt: Date;
  endsAt: Date;
  credits: number;
};

/** Throws `SESSION_NOT_FOUND`. */
export async function lockSession(tx: Queryable, id: string): Promise<LockedSession> {
  const { rows } = await tx.query<LockedSession>(
    prepared(
      `SELECT id, seeker_id AS "seekerId", provider_id AS "providerId", skill_id AS "skillId", state, starts_at AS "startsAt",
         ends_at AS "endsAt", credits FROM sessions WHERE id = $1 AND booked FOR NO KEY UPDATE`,
      [id],
    ),
  );
  if (!rows[0]) throw new ApiError('SESSION_NOT_FOUND');
  return rows[0];
}

export async function setState(
  tx: Queryable,
  id: string,
  { to, cancelReason, roomUrl }: { to: SessionState; cancelReason: string | null; roomUrl: string | null },
): Promise<void> {
  await runWithNext(
    tx,
    prepared(
      `UPDATE sessions SET state = $2, cancel_reason = coalesce($3, cancel_reason), room_url = coalesce($4, room_url),
         updated_at = now(), version = version + 1 WHERE id = $1`,
      [id, to, cancelReason, roomUrl],
    ),
  );
}

/** Asked for anew, at another time. False: its credits are not held for so long. */
export async function setTimes(
  tx: Queryable,
  id: string,
  { startsAt, endsAt, heldUntil }: { startsAt: Date; endsAt: Date; heldUntil: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    prepared(
      `UPDATE sessions SET starts_at = $2, ends_at = $3, state = 'REQUESTED', room_url = NULL, updated_at = now(),
         version = version + 1
       WHERE id = $1 AND EXISTS (SELECT FROM session_credits WHERE session_id = $1 AND (hold_id IS NULL OR expires_at >= $4))`,
      [id, startsAt, endsAt, heldUntil],
    ),
  );
  return rowCount === 1;
}

/** Those that nobody answered, began or ended in time. */
export async function listOverdue(
  db: Queryable,
  now: number,
  most: number,
): Promise<{ id: string; state: SessionState }[]> {
  const { rows } = await db.query<{ id: string; state: SessionState }>(
    `SELECT id, state FROM sessions WHERE state = 'REQUESTED' AND starts_at <= $1 AND booked
     UNION ALL
     SELECT id, state FROM sessions WHERE state IN ('ACCEPTED', 'SCHEDULED', 'IN_PROGRESS') AND ends_at <= $2
     LIMIT $3`,
    [new Date(now), new Date(now - CLOSED_AFTER_HOURS * 3_600_000), most],
  );
  return rows;
}

export async function historyOf(db: Queryable, sessionId: string): Promise<Static<typeof HistoryEntry>[]> {
  const { rows } = await db.query<Static<typeof HistoryEntry>>(
    prepared(
      `SELECT from_state AS "fromState", to_state AS "toState", actor_id AS "actorId", note, created_at AS "createdAt"
       FROM session_history WHERE session_id = $1 ORDER BY created_at, id`,
      [sessionId],
    ),
  );
  return rows;
}

type RatingRow = Static<typeof Rating>;
const RATING = 'rater_id AS "raterId", rated_id AS "ratedId", stars, comment, created_at AS "createdAt"';

export async function ratingsOf(db: Queryable, sessionId: string): Promise<RatingRow[]> {
  const { rows } = await db.query<RatingRow>(
    prepared(`SELECT ${RATING} FROM ratings WHERE session_id = $1 ORDER BY created_at, id`, [sessionId]),
  );
  return rows;
}

/** Undefined: they have rated it. */
export async function insertRating(
  tx: Queryable,
  { sessionId, raterId, ratedId }: { sessionId: string; raterId: string; ratedId: string },
  { stars, comment = null }: NewRating,
): Promise<RatingRow | undefined> {
  const { rows } = await tx.query<RatingRow>(
    prepared(
      `INSERT INTO ratings (session_id, rater_id, rated_id, stars, comment) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (session_id, rater_id) DO NOTHING RETURNING ${RATING}`,
      [sessionId, raterId, ratedId, stars, comment],
    ),
  );
  return rows[0];
}

/** Of a provider by those whom they have taught. */
export async function countRating(tx: Queryable, providerId: string, stars: number): Promise<void> {
  await runWithNext(
    tx,
    prepared(
      'UPDATE skill_profiles SET rating_sum = rating_sum + $2, rating_count = rating_count + 1 WHERE user_id = $1',
      [providerId, stars],
    ),
  );
}
