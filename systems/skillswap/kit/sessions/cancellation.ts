import { FULL_REFUND_HOURS, type SessionState } from './transitions.ts';

export type RefundShare = 'full' | 'half' | 'none';

/** Notice for half of the credits, hours before the session begins. */
export const HALF_REFUND_HOURS = 4;

const HOUR = 3_600_000;

/**
 * What the seeker gets back of a session that is cancelled. All of it if the provider cancels or had not accepted yet; else by the
 * notice.
 */
export function refundShare(cancelled: {
  by: 'seeker' | 'provider';
  state: SessionState;
  startsAt: number;
  now: number;
}): RefundShare {
  const { by, state, startsAt, now } = cancelled;
  if (by === 'provider' || state === 'REQUESTED') return 'full';
  const notice = startsAt - now;
  if (notice >= FULL_REFUND_HOURS * HOUR) return 'full';
  return notice >= HALF_REFUND_HOURS * HOUR ? 'half' : 'none';
}

/** The part of `credits` that goes to the provider, before the fee; of an odd number the seeker keeps the odd one. */
export function keptCredits(credits: number, share: RefundShare): number {
  if (share === 'full') return 0;
  return share === 'half' ? Math.floor(credits / 2) : credits;
}
