/** When a delivery is tried, when it is given up, and when an endpoint is: pure, with clock and chance handed in. */
import { pauseAfterAttempt, type Retries } from '@banyan/service';
import type { Disabled } from '../../../api/integrations.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** As Standard Webhooks advises: within three days and a half. */
const RETRIES: Retries = {
  pausesMs: [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ],
  jitter: 0.2,
};
export const MOST_ATTEMPTS = RETRIES.pausesMs.length + 1;
/** An endpoint without one success for so long is disabled. */
const DISABLED_AFTER_MS = 5 * DAY;
/** What a receiver may ask for by Retry-After. */
const LONGEST_WAIT_MS = DAY;

/** What an attempt came to: an answer, or the reason why there was none. */
export type Outcome =
  | { is: 'answer'; status: number; retryAfterMs?: number | undefined }
  | { is: 'error'; code: ErrorCode };
export type ErrorCode = 'TIMEOUT' | 'NOT_PUBLIC' | 'UNREACHABLE';

/** `pending`: again at `dueAt`. */
export type Verdict = {
  state: { is: 'delivered' } | { is: 'pending'; dueAt: Date } | { is: 'dead' };
  failingSince: Date | null;
  disable: Exclude<Disabled, 'by_owner'> | null;
};

/**
 * What follows from an attempt. `attempt` counts from 1; `failingSince` is when the endpoint first failed since its last success;
 * `chance` is from 0 to 1.
 */
export function decide(
  outcome: Outcome,
  {
    attempt,
    failingSince,
    now,
    chance,
  }: { attempt: number; failingSince: Date | null; now: Date; chance: number },
): Verdict {
  if (outcome.is === 'answer' && outcome.status >= 200 && outcome.status < 300)
    return { state: { is: 'delivered' }, failingSince: null, disable: null };
  const since = failingSince ?? now;
  const pause = pauseAfterAttempt(RETRIES, { attempt, chance });
  return {
    state:
      pause === undefined
        ? { is: 'dead' }
        : { is: 'pending', dueAt: new Date(now.getTime() + waitOf(outcome, pause)) },
    failingSince: since,
    disable: disableFor(outcome, since, now),
  };
}

function waitOf(outcome: Outcome, pause: number): number {
  const asked = outcome.is === 'answer' ? (outcome.retryAfterMs ?? 0) : 0;
  return Math.round(Math.max(pause, Math.min(asked, LONGEST_WAIT_MS)));
}

function disableFor(outcome: Outcome, since: Date, now: Date): Verdict['disable'] {
  if (outcome.is === 'answer' && outcome.status === 410) return 'gone';
  return now.getTime() - since.getTime() >= DISABLED_AFTER_MS ? 'failing' : null;
}

/** By a Retry-After in seconds or as a date; undefined: it says neither. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  const value = header?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * SECOND : Date.parse(value) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
