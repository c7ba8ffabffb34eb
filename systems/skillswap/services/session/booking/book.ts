import { randomUUID } from 'node:crypto';
import type { Events } from '@banyan/events';
import { type Db, withTransaction } from '@banyan/postgres';
import type { Booking } from '../../../api/sessions.ts';
import type { contracts } from '../../../contracts/session.ts';
import { isOffered } from '../../../kit/availability/slots.ts';
import { MAX_CREDITS, sessionCredits } from '../../../kit/credits/prices.ts';
import { ApiError } from '../../../kit/problems.ts';
import { heldUntil } from '../../../kit/sessions/settlement.ts';
import type { Credits } from '../credits/payment.ts';
import * as ofCredits from '../credits/store.ts';
import * as store from './store.ts';

export type BookingHost = {
  pool: Db;
  events: Pick<Events<typeof contracts>, 'publish'>;
  credits: Credits;
  /** Looks now whether something is to be undone. */
  wake(): void;
};

const MINUTE = 60_000;

/** Longer than payment is waited for: then whoever asked has died. */
const ASKED_FOR_MS = 30_000;

/**
 * Asks a provider for a session: their time is taken, the seeker's credits are held, and only then anybody sees it. Whatever fails, and
 * whenever, in the end there is a session with its credits held, or neither. Returns its id.
 */
export async function book(
  { pool, events, credits, wake }: BookingHost,
  seekerId: string,
  booking: Booking,
  now: number,
): Promise<string> {
  const session = await wantedSession(pool, seekerId, booking, now);
  const { id: sessionId, endsAt } = session;
  const expiresAt = new Date(heldUntil(endsAt.getTime()));
  const times = { expiresAt, askedUntil: new Date(Date.now() + ASKED_FOR_MS) };
  if (!(await store.takeTime(pool, session, times))) throw new ApiError('SLOT_TAKEN');

  const holdId = await holdFor(session, expiresAt);
  if (!(await confirm(holdId))) throw new ApiError('CREDITS_UNAVAILABLE');
  return sessionId;

  async function holdFor({ credits: amount }: store.NewSession, expiresAt: Date): Promise<string | null> {
    if (amount === 0) return null;
    const wanted = { sessionId, userId: seekerId, credits: amount, expiresAt };
    const answer = await credits.hold(wanted).catch(async (cause: unknown) => {
      // It may be held all the same.
      await ofCredits.undo(pool, sessionId, { nothingIsHeld: false });
      wake();
      throw new ApiError('CREDITS_UNAVAILABLE', { cause });
    });
    if (answer.is === 'held') return answer.holdId;
    await ofCredits.undo(pool, sessionId, { nothingIsHeld: true });
    throw new ApiError(answer.why === 'INSUFFICIENT_CREDITS' ? answer.why : 'CREDITS_UNAVAILABLE');
  }

  /** False: it took too long, and was undone. */
  async function confirm(holdId: string | null): Promise<boolean> {
    return await withTransaction(pool, async (tx) => {
      if (!(await ofCredits.markHeld(tx, sessionId, holdId))) return false;
      await store.addToHistory(tx, { sessionId, from: null, to: 'REQUESTED', actorId: seekerId });
      const { id: _id, message: _message, startsAt, ...told } = session;
      await events.publish(tx, 'SessionRequested', {
        ...told,
        sessionId,
        startsAt: startsAt.toISOString(),
        endsAt: endsAt.toISOString(),
      });
      return true;
    });
  }
}

/** The session as it would be. Throws why it cannot be. */
async function wantedSession(
  pool: Db,
  seekerId: string,
  { providerId, skillId, startsAt: asked, minutes, message = null }: Booking,
  now: number,
): Promise<store.NewSession> {
  if (providerId === seekerId) throw new ApiError('OWN_TIME');
  const provider = await store.findProvider(pool, providerId, skillId);
  if (!provider) throw new ApiError('USER_NOT_FOUND');
  const { hourlyRate, offersSkill, availability } = provider;
  if (!offersSkill) throw new ApiError('SKILL_NOT_OFFERED');
  const startsAt = new Date(asked);
  if (!isOffered({ availability, taken: [], minutes, now }, startsAt.getTime()))
    throw new ApiError('SLOT_NOT_OFFERED');
  const endsAt = new Date(startsAt.getTime() + minutes * MINUTE);
  const credits = sessionCredits(hourlyRate, minutes);
  // Nobody can have so many.
  if (credits > MAX_CREDITS) throw new ApiError('INSUFFICIENT_CREDITS');
  return { id: randomUUID(), seekerId, providerId, skillId, startsAt, endsAt, hourlyRate, credits, message };
}
