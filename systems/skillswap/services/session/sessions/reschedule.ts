import { lookSoon } from '@banyan/calendars';
import { errorCode, withTransaction } from '@banyan/postgres';
import { isOffered } from '../../../kit/availability/slots.ts';
import { ApiError } from '../../../kit/problems.ts';
import { HELD_AFTER_END_DAYS } from '../../../kit/sessions/settlement.ts';
import { moved } from '../../../kit/sessions/transitions.ts';
import { availabilityOf } from '../availability/store.ts';
import { addToHistory } from '../booking/store.ts';
import { takeOver } from '../credits/store.ts';
import { forgetReminders } from '../reminders/store.ts';
import { actorOf, type MovingHost } from './move.ts';
import * as store from './store.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const EXCLUSION_VIOLATION = '23P01';

/**
 * Moves a session to another time that its provider offers, of the same length; it is asked for anew, its credits stay held. Throws
 * `SESSION_NOT_FOUND`, why it may not be moved, `SLOT_NOT_OFFERED` (also when the credits are not held for so long), `SLOT_TAKEN`.
 */
export async function reschedule(
  { pool, events }: Pick<MovingHost, 'pool' | 'events'>,
  { sessionId, actorId, at, now }: { sessionId: string; actorId: string; at: number; now: number },
): Promise<void> {
  const move = async () =>
    await withTransaction(
      pool,
      async (tx) => {
        const session = await store.lockSession(tx, sessionId);
        const actor = actorOf(session, actorId);
        const [startsAt, endsAt] = [session.startsAt.getTime(), session.endsAt.getTime()];
        const result = moved({ state: session.state, startsAt, endsAt }, 'reschedule', actor, now);
        if ('refused' in result) throw new ApiError(result.refused);
        const { to } = result;
        const availability = await availabilityOf(tx, session.providerId);
        const minutes = (endsAt - startsAt) / MINUTE;
        const times = { startsAt: new Date(at), endsAt: new Date(at + endsAt - startsAt) };
        const heldUntil = new Date(times.endsAt.getTime() + HELD_AFTER_END_DAYS * DAY);
        if (!isOffered({ availability, taken: [], minutes, now }, at)) throw new ApiError('SLOT_NOT_OFFERED');
        await takeOver(tx, sessionId);
        if (!(await store.setTimes(tx, sessionId, { ...times, heldUntil })))
          throw new ApiError('SLOT_NOT_OFFERED');
        await addToHistory(tx, { sessionId, from: session.state, to, actorId });
        await forgetReminders(tx, sessionId);
        const { seekerId, providerId, skillId, credits } = session;
        await lookSoon(tx, seekerId, providerId);
        await events.publish(tx, 'SessionRescheduled', {
          ...{ sessionId, seekerId, providerId, skillId, credits, actorId },
          ...{ startsAt: times.startsAt.toISOString(), endsAt: times.endsAt.toISOString() },
          movedFrom: session.startsAt.toISOString(),
        });
      },
      // Two who want each other's time wait for each other.
      { retries: 3 },
    );
  await move().catch((error: unknown) => {
    throw errorCode(error) === EXCLUSION_VIOLATION ? new ApiError('SLOT_TAKEN', { cause: error }) : error;
  });
}
