import { BOUNDS_MS } from '../observe/stats.ts';

/** How long users waited over a few seconds. */
export type UserLatency = { p95Ms: number; requests: number };

/**
 * When work that has time (copying, verification, shadowing) is throttled because users wait longer than before it began. Times
 * are whatever clock the caller has, ms.
 */
export type Throttle = {
  /** p95 of the users while no such work was on; null: not seen yet. */
  beforeMs: number | null;
  /** p95 at the last look. */
  nowMs: number;
  throttled: boolean;
  /** Since when it is throttled, or is not. */
  since: number;
  /** Looks in a row that confirm the change. */
  confirmations: number;
};

export const UNTHROTTLED: Throttle = {
  beforeMs: null,
  nowMs: 0,
  throttled: false,
  since: 0,
  confirmations: 0,
};

/** Fewer requests say nothing. */
const MIN_REQUESTS = 20;
/** What nobody notices, ms: ratios of small numbers are noise. */
const SLACK_MS = 10;
/** Looks in a row before throttling begins or ends: a single slow second is not a trend. */
const CONFIRMATIONS = 2;
/** Throttling that has not helped for so long, ms, was for something else that users wait for. */
const LONGEST_THROTTLE_MS = 30_000;
/** How much of a new look goes into what was usual before. */
const LEARNING = 0.2;

/**
 * The next state after a look at how long users wait. `working`: some such work is on, so that its own load is in the
 * figures. Throttling begins above `aboveRatio` times what was usual and ends halfway back; users who wait as long while it is throttled wait for
 * something else, which is usual from then on.
 */
export function nextThrottle(
  throttle: Throttle,
  look: { wait: UserLatency | null; working: boolean; now: number },
  aboveRatio: number,
): Throttle {
  const { wait, working, now } = look;
  if (wait === null || wait.requests < MIN_REQUESTS)
    return { ...switched(throttle, false, now), confirmations: 0 };
  const seen = { ...throttle, nowMs: wait.p95Ms };
  const { beforeMs } = throttle;
  if (beforeMs === null) return { ...switched(seen, false, now), beforeMs: wait.p95Ms };
  if (!working) {
    const learned = beforeMs + (wait.p95Ms - beforeMs) * LEARNING;
    return { ...switched(seen, false, now), beforeMs: learned, confirmations: 0 };
  }
  const over = throttle.throttled ? (1 + aboveRatio) / 2 : aboveRatio;
  const slow = wait.p95Ms > Math.max(beforeMs * over, beforeMs + SLACK_MS * (throttle.throttled ? 0.5 : 1));
  const confirmations = slow === throttle.throttled ? 0 : throttle.confirmations + 1;
  if (confirmations >= CONFIRMATIONS) return switched(seen, slow, now);
  if (throttle.throttled && now - throttle.since >= LONGEST_THROTTLE_MS)
    return { ...switched(seen, false, now), beforeMs: wait.p95Ms };
  return { ...seen, confirmations };
}

/** Why it is throttled, for the operator; null while it is not. */
export function throttleReason({ throttled, beforeMs, nowMs }: Throttle): string | null {
  return throttled ? `p95 of users ${Math.round(nowMs)} ms, ${Math.round(beforeMs!)} ms before` : null;
}

function switched(throttle: Throttle, throttled: boolean, now: number): Throttle {
  return throttle.throttled === throttled
    ? throttle
    : { ...throttle, throttled, since: now, confirmations: 0 };
}

/** Of counts by the upper bound of their bucket, as outcomes have them; within a bucket they are taken as spread evenly. */
export function userLatencyOf(histogram: Readonly<Record<string, number>>): UserLatency {
  const buckets = Object.entries(histogram)
    .map(([bound, count]) => ({ bound: Number(bound), count }))
    .sort((a, b) => a.bound - b.bound);
  const requests = buckets.reduce((sum, { count }) => sum + count, 0);
  let below = 0;
  for (const { bound, count } of buckets) {
    if (below + count >= requests * 0.95 && count > 0) {
      const lower = BOUNDS_MS.findLast((one) => one < bound) ?? 0;
      const upper = Number.isFinite(bound) ? bound : lower;
      return { p95Ms: lower + ((requests * 0.95 - below) / count) * (upper - lower), requests };
    }
    below += count;
  }
  return { p95Ms: 0, requests };
}
