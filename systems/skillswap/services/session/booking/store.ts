/** SQL of bookings. */
import { prepared, type Queryable, runWithNext } from '@banyan/postgres';
import type { Availability } from '../../../api/sessions.ts';
import type { Interval } from '../../../kit/availability/weekly-hours.ts';
import { TAKING } from '../../../kit/sessions/transitions.ts';
import { HOURS, ZONE } from '../availability/store.ts';

type Provider = { hourlyRate: number; offersSkill: boolean; availability: Availability };

/** What is offered by somebody who can be booked; undefined: nobody of this id can be. */
export async function findProvider(
  db: Queryable,
  providerId: string,
  skillId: string,
): Promise<Provider | undefined> {
  const { rows } = await db.query<Provider>(
    prepared(
      `SELECT hourly_rate AS "hourlyRate", json_build_object('zone', ${ZONE}, 'hours', ${HOURS}) AS availability,
         EXISTS (SELECT FROM offered_skills WHERE user_id = $1 AND skill_id = $2) AS "offersSkill"
       FROM people JOIN skill_profiles ON user_id = people.id WHERE people.id = $1 AND status = 'ACTIVE'`,
      [providerId, skillId],
    ),
  );
  return rows[0];
}

export type NewSession = {
  id: string;
  seekerId: string;
  providerId: string;
  skillId: string;
  startsAt: Date;
  endsAt: Date;
  hourlyRate: number;
  credits: number;
  message: string | null;
};

/**
 * Takes a provider's time, for a session that nobody sees before its credits are held; from `askedUntil` on it is undone if nobody has said
 * that they are. False: somebody else has the time. One statement, which waits for others who want the same time and for nobody else.
 */
export async function takeTime(
  db: Queryable,
  session: NewSession,
  { expiresAt, askedUntil }: { expiresAt: Date; askedUntil: Date },
): Promise<boolean> {
  const { id, seekerId, providerId, skillId, startsAt, endsAt, hourlyRate, credits, message } = session;
  const { rowCount } = await db.query(
    prepared(
      `WITH taken AS (
         INSERT INTO sessions (id, seeker_id, provider_id, skill_id, starts_at, ends_at, hourly_rate, credits, message, booked)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, false)
         ON CONFLICT ON CONSTRAINT sessions_provider_once DO NOTHING RETURNING id
       )
       INSERT INTO session_credits (session_id, seeker_id, provider_id, amount, expires_at, due_at)
       SELECT id, $2, $3, $8, $10, $11 FROM taken`,
      [
        ...[id, seekerId, providerId, skillId, startsAt, endsAt, hourlyRate, credits, message],
        ...[expiresAt, askedUntil],
      ],
    ),
  );
  return rowCount === 1;
}

/** The sessions that take a provider's time between two moments. */
export async function takenBetween(
  db: Queryable,
  providerId: string,
  from: number,
  to: number,
): Promise<Interval[]> {
  const { rows } = await db.query<{ startsAt: Date; endsAt: Date }>(
    prepared(
      `SELECT starts_at AS "startsAt", ends_at AS "endsAt" FROM sessions
       WHERE provider_id = $1 AND state = ANY ($2) AND tstzrange(starts_at, ends_at) && tstzrange($3, $4)`,
      [providerId, TAKING, new Date(from), new Date(to)],
    ),
  );
  return rows.map(({ startsAt, endsAt }) => ({ start: startsAt.getTime(), end: endsAt.getTime() }));
}

type HistoryEntry = {
  sessionId: string;
  from: string | null;
  to: string;
  /** Null: the clock. */
  actorId: string | null;
  note?: string | undefined;
};

export async function addToHistory(tx: Queryable, entry: HistoryEntry): Promise<void> {
  const { sessionId, from, to, actorId, note = null } = entry;
  await runWithNext(
    tx,
    prepared(
      'INSERT INTO session_history (session_id, from_state, to_state, actor_id, note) VALUES ($1, $2, $3, $4, $5)',
      [sessionId, from, to, actorId, note],
    ),
  );
}
