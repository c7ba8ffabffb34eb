import { BOUNDS_MS } from '../observe/stats.ts';

/** How long users waited over a few seconds. */
export type UsersWait = { p95Ms: number; requests: number };

/**
 * When work that has time (copying, verification, shadowing) rests because users wait longer than before it began. Times
 * are whatever clock the caller has, ms.
 */
export type Rest = {
  /** p95 of the users while no such work was on; null: not seen yet. */
  beforeMs: number | null;
  /** p95 at the last look. */
  nowMs: number;
  resting: boolean;
  /** Since when it rests, or does not. */
  since: number;
  /** Looks in a row that speak for the change. */
  signs: number;
};

export const AWAKE: Rest = { beforeMs: null, nowMs: 0, resting: false, since: 0, signs: 0 };

/** Fewer requests say nothing. */
const MIN_REQUESTS = 20;
/** What nobody notices, ms: ratios of small numbers are noise. */
const SLACK_MS = 10;
/** Looks in a row before a rest begins or ends: a single slow second is not a trend. */
const SIGNS = 2;
/** A rest that has not helped for so long, ms, was for something else that users wait for. */
const LONGEST_REST_MS = 30_000;
/** How much of a new look goes into what was usual before. */
const LEARNING = 0.2;

/**
 * The next state after a look at how long users wait. `working`: some such work is on, so that its own load is in the
 * figures. Rest begins above `aboveRatio` times what was usual and ends halfway back; users who wait as long while it rests wait for
 * something else, which is usual from then on.
 */
export function nextRest(
  rest: Rest,
  look: { wait: UsersWait | null; working: boolean; now: number },
  aboveRatio: number,
): Rest {
  const { wait, working, now } = look;
  if (wait === null || wait.requests < MIN_REQUESTS) return { ...turn(rest, false, now), signs: 0 };
  const seen = { ...rest, nowMs: wait.p95Ms };
  const { beforeMs } = rest;
  if (beforeMs === null) return { ...turn(seen, false, now), beforeMs: wait.p95Ms };
  if (!working) {
    const learned = beforeMs + (wait.p95Ms - beforeMs) * LEARNING;
    return { ...turn(seen, false, now), beforeMs: learned, signs: 0 };
  }
  const over = rest.resting ? (1 + aboveRatio) / 2 : aboveRatio;
  const slow = wait.p95Ms > Math.max(beforeMs * over, beforeMs + SLACK_MS * (rest.resting ? 0.5 : 1));
  const signs = slow === rest.resting ? 0 : rest.signs + 1;
  if (signs >= SIGNS) return turn(seen, slow, now);
  if (rest.resting && now - rest.since >= LONGEST_REST_MS)
    return { ...turn(seen, false, now), beforeMs: wait.p95Ms };
  return { ...seen, signs };
}

/** Why it rests, for the operator; null while it does not. */
export function reasonToRest({ resting, beforeMs, nowMs }: Rest): string | null {
  return resting ? `p95 of users ${Math.round(nowMs)} ms, ${Math.round(beforeMs!)} ms before` : null;
}

function turn(rest: Rest, resting: boolean, now: number): Rest {
  return rest.resting === resting ? rest : { ...rest, resting, since: now, signs: 0 };
}

/** Of counts by the upper bound of their bucket, as outcomes have them; within a bucket they are taken as spread evenly. */
export function usersWaitOf(histogram: Readonly<Record<string, number>>): UsersWait {
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
