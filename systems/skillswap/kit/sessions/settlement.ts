import { keptCredits, refundShare } from './cancellation.ts';
import { type Actor, CLOSED_AFTER_HOURS, type SessionAction, type SessionState } from './transitions.ts';

/** What becomes of the credits that are held for a session. */
export type Settlement = {
  /** Of them so many go to the provider, before the fee; the seeker has the rest again. */
  captured: number;
  /** Not before this moment, ms since 1970: until then whoever did not say how it went may contest it. */
  at: number;
};

/** What is asked for of a session's credits after its end, at most: credits are held for so long, days, unless they are settled before. */
export const HELD_AFTER_END_DAYS = 16;
/** A session is moved so many days further at most: so long its credits are held besides. */
const MOVED_DAYS = 30;
/** By how much longer credits are held than by who closes sessions at once, hours. */
export const HELD_LONGER_HOURS = (HELD_AFTER_END_DAYS + MOVED_DAYS) * 24 - CLOSED_AFTER_HOURS;
/** A dispute that nobody has decided by then ends in favour of who pays, days. */
export const DISPUTE_DAYS = 7;

const HOUR = 3_600_000;

/** Until when the credits of a session that ends then are held at most, whatever becomes of it, ms since 1970. */
export function heldUntil(endsAt: number): number {
  return endsAt + (HELD_AFTER_END_DAYS + MOVED_DAYS) * 24 * HOUR;
}

/**
 * What a step makes of the credits of a session; null: they stay held. What was agreed or is in the favour of the other one counts at once.
 * What only one side says, in their own favour, counts when the other one has not contested it within a day after the session's end.
 */
export function settlementOf({
  action,
  actor,
  session: { state, credits, startsAt, endsAt },
  now,
}: {
  action: SessionAction;
  actor: Actor;
  /** Before the step. */
  session: { state: SessionState; credits: number; startsAt: number; endsAt: number };
  now: number;
}): Settlement | null {
  const contestable = Math.max(now, endsAt + CLOSED_AFTER_HOURS * HOUR);
  switch (action) {
    case 'decline':
    case 'expire':
    case 'lapse':
      return { captured: 0, at: now };
    case 'cancel': {
      const by = actor === 'provider' ? 'provider' : 'seeker';
      return { captured: keptCredits(credits, refundShare({ by, state, startsAt, now })), at: now };
    }
    case 'complete':
      return { captured: credits, at: actor === 'seeker' ? now : contestable };
    case 'finish':
      return { captured: credits, at: now + CLOSED_AFTER_HOURS * HOUR };
    case 'noShow':
      return { captured: actor === 'provider' ? credits : 0, at: contestable };
    default:
      return null;
  }
}
