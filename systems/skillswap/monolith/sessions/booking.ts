import { EXCLUSION_VIOLATION, transaction } from '@banyan/monolith';
import type pg from 'pg';
import type { Booking } from '../../api/sessions.ts';
import { isOffered } from '../../kit/availability/slots.ts';
import type { Interval } from '../../kit/availability/weekly-hours.ts';
import { sessionCredits } from '../../kit/credits/prices.ts';
import { ApiError } from '../../kit/problems.ts';
import { heldUntil } from '../../kit/sessions/settlement.ts';
import { TAKING } from '../../kit/sessions/transitions.ts';
import { hold } from '../credits/wallets.ts';
import { notify } from '../notify.ts';
import { ofSession } from '../words.ts';
import { availabilityOf } from './availability.ts';
import { addToHistory } from './moves.ts';

/** Asks a provider for a session: their time is taken and the seeker's credits are held, both or neither. Returns its id. */
export async function book(pool: pg.Pool, seekerId: string, booking: Booking, now: number): Promise<string> {
  const { providerId, skillId, minutes, message = null } = booking;
  const slot = slotAt(booking.startsAt, minutes);
  if (providerId === seekerId) throw new ApiError('OWN_TIME');
  return await transaction(pool, async (client) => {
    const hourlyRate = await lockProvider(client, providerId);
    const offered = await client.query('SELECT 1 FROM offered_skills WHERE user_id = $1 AND skill_id = $2', [
      providerId,
      skillId,
    ]);
    if (!offered.rowCount) throw new ApiError('SKILL_NOT_OFFERED');
    const availability = await availabilityOf(client, providerId);
    if (!isOffered({ availability, taken: [], minutes, now }, slot.start))
      throw new ApiError('SLOT_NOT_OFFERED');
    const credits = sessionCredits(hourlyRate, minutes);
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO sessions (seeker_id, provider_id, skill_id, starts_at, ends_at, hourly_rate, credits, message)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
      [seekerId, providerId, skillId, new Date(slot.start), new Date(slot.end), hourlyRate, credits, message],
    );
    const { id } = rows[0]!;
    const expiresAt = new Date(heldUntil(slot.end));
    await hold(client, { userId: seekerId, sessionId: id, amount: credits, expiresAt });
    await addToHistory(client, { sessionId: id, from: null, to: 'REQUESTED', actorId: seekerId });
    await notify(client, providerId, 'session_requested', ofSession('REQUESTED', new Date(slot.start)));
    return id;
  }).catch((error: pg.DatabaseError) => {
    throw error.code === EXCLUSION_VIOLATION ? new ApiError('SLOT_TAKEN') : error;
  });
}

/** The sessions that take a provider's time between two moments. */
export async function takenBetween(
  db: pg.Pool | pg.PoolClient,
  providerId: string,
  from: number,
  to: number,
): Promise<Interval[]> {
  const { rows } = await db.query<{ startsAt: Date; endsAt: Date }>(
    `SELECT starts_at AS "startsAt", ends_at AS "endsAt" FROM sessions
     WHERE provider_id = $1 AND state = ANY ($2) AND tstzrange(starts_at, ends_at) && tstzrange($3, $4)`,
    [providerId, TAKING, new Date(from), new Date(to)],
  );
  return rows.map(({ startsAt, endsAt }) => ({ start: startsAt.getTime(), end: endsAt.getTime() }));
}

function slotAt(startsAt: string, minutes: number): Interval {
  const start = momentOf(startsAt);
  return { start, end: start + minutes * 60_000 };
}

/** ms since 1970. A date and time may be well written and none that JavaScript knows: a leap second, say. */
export function momentOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new ApiError('INVALID_REQUEST');
  return at;
}

/**
 * One booking after the other of each provider: two that were written at once would each wait for whether the other one stays, by the
 * exclusion constraint, until PostgreSQL ends one of them as a deadlock. What an hour costs.
 */
async function lockProvider(client: pg.PoolClient, providerId: string): Promise<number> {
  const { rows } = await client.query<{ hourlyRate: number }>(
    `SELECT hourly_rate AS "hourlyRate" FROM skill_profiles JOIN users_legacy ON users_legacy.id = user_id
     WHERE user_id = $1 AND status = 'ACTIVE' FOR NO KEY UPDATE OF skill_profiles FOR KEY SHARE OF users_legacy`,
    [providerId],
  );
  if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
  return rows[0].hourlyRate;
}
