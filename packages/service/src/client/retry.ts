import type { RetryBudget } from './budget.ts';
import type { CallError } from './errors.ts';

export type RetryPolicy = {
  /** Attempts in all, the first one included. Default 3. */
  attempts: number;
  /** Upper bound of the pause before the first retry, ms; it doubles with each. Default 50. */
  firstPauseMs: number;
  /** The longest pause, ms. Default 1,000. */
  longestPauseMs: number;
};

export const RETRY: RetryPolicy = { attempts: 3, firstPauseMs: 50, longestPauseMs: 1_000 };

/** What an attempt ended in, as far as a retry depends on it. */
type FailedAttempt = {
  /** 1 for the first. */
  attempt: number;
  error: CallError;
  /** That the other service cannot have begun: nothing was sent. */
  unsent: boolean;
  /** That the operation may be done twice without harm. */
  idempotent: boolean;
  /** Until the deadline, ms. */
  remainingMs: number;
};

/**
 * The pause until the next attempt in ms, or undefined if there is none: the error would not go away, doing it twice
 * could do harm, no time is left, or the budget is spent. Takes from the budget. `random` in 0..1 (full jitter).
 */
export function pauseBeforeRetry(
  { attempt, error, unsent, idempotent, remainingMs }: FailedAttempt,
  policy: RetryPolicy,
  budget: RetryBudget,
  now: number,
  random: number,
): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  if (!PASSING.has(error.code)) return undefined;
  if (!idempotent && !unsent) return undefined;
  const pause = random * Math.min(policy.firstPauseMs * 2 ** (attempt - 1), policy.longestPauseMs);
  if (pause >= remainingMs) return undefined;
  return budget.take(now) ? pause : undefined;
}

/** Errors that another attempt, perhaps at another instance, may not meet. */
const PASSING: ReadonlySet<string> = new Set(['UNAVAILABLE', 'DEADLINE', 'FAILED']);
