import { growingPauses, pauseAfterAttempt, type Retries } from '@banyan/service';
import type { DeliveryState } from '../api/index.ts';
import type { Outcome } from '../channels/channel.ts';

/** Where a delivery goes from an attempt. */
export type Next = {
  state: Exclude<DeliveryState, 'sending'>;
  reason: string | null;
  dueAt: Date | null;
  providerId: string | null;
  /** It was not tried. */
  isPutOff?: boolean;
};

const LONGEST_PAUSE_MS = 2 * 3_600_000;
/** A message is dead after some nine hours. */
const RETRIES: Retries = {
  pausesMs: growingPauses({ count: 9, firstMs: 15_000, factor: 4, longestMs: LONGEST_PAUSE_MS }),
  jitter: 0.25,
};
export const MOST_ATTEMPTS = RETRIES.pausesMs.length + 1;

/**
 * What becomes of a delivery after an attempt. `mayComeTwice`: of this kind two are better than none. Everything else of which nobody knows whether
 * it arrived is not sent again, and says so.
 *
 * @param chance 0 to 1, by which pauses differ, so that not all that failed together is tried together.
 */
export function afterAttempt(
  outcome: Outcome,
  {
    attempt,
    now,
    chance,
    mayComeTwice,
    expiresAt,
  }: { attempt: number; now: Date; chance: number; mayComeTwice: boolean; expiresAt: Date | null },
): Next {
  const over = (state: 'failed' | 'bounced', reason: string) => ({
    state,
    reason,
    dueAt: null,
    providerId: null,
  });
  const { is } = outcome;
  if (is === 'sent') return { state: 'sent', reason: null, dueAt: null, providerId: outcome.providerId };
  if (is === 'refused') return over(outcome.addressIsBad ? 'bounced' : 'failed', outcome.reason);
  if (is === 'unknown' && !mayComeTwice) return over('failed', 'OUTCOME_UNKNOWN');
  const pause = pauseAfterAttempt(RETRIES, { attempt, chance });
  if (pause === undefined) return over('failed', 'UNREACHABLE');
  const pauseMs = is === 'unsent' ? (outcome.retryAfterMs ?? pause) : pause;
  const dueAt = new Date(now.getTime() + Math.min(pauseMs, LONGEST_PAUSE_MS));
  if (expiresAt && dueAt >= expiresAt) return over('failed', 'EXPIRED');
  return { state: 'queued', reason: outcome.reason, dueAt, providerId: null };
}

/** What is not even attempted; undefined: it is. */
export function beforeAttempt({
  attempt,
  now,
  expiresAt,
  handedOver,
  mayComeTwice,
}: {
  attempt: number;
  now: Date;
  expiresAt: Date | null;
  handedOver: boolean;
  mayComeTwice: boolean;
}): Next | undefined {
  const failed = (reason: string): Next => ({ state: 'failed', reason, dueAt: null, providerId: null });
  if (handedOver && !mayComeTwice) return failed('OUTCOME_UNKNOWN');
  if (expiresAt && now >= expiresAt) return failed('EXPIRED');
  // Each of the attempts ended its process.
  if (attempt > MOST_ATTEMPTS) return failed('UNREACHABLE');
  return undefined;
}
