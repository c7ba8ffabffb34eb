import { BOUNDS_MS } from '@banyan/gateway';

/** What was counted on one side, in a form that adds up quickly. */
export type Tally = {
  requests: number;
  failures: number;
  /** Failures that the backend itself told: it ran, and broke. */
  ownErrors: number;
  rescued: number;
  compared: number;
  mismatched: number;
  /** By bucket of BOUNDS_MS; the last takes the rest. */
  latency: number[];
  reasons: Record<string, number>;
};

/** Both sides of each route. */
export type Sample = Map<string, { monolith: Tally; service: Tally }>;

const BUCKETS = BOUNDS_MS.length + 1;

export function emptyTally(): Tally {
  return {
    requests: 0,
    failures: 0,
    ownErrors: 0,
    rescued: 0,
    compared: 0,
    mismatched: 0,
    latency: new Array<number>(BUCKETS).fill(0),
    reasons: {},
  };
}

export function addTally(sum: Tally, more: Tally): void {
  sum.requests += more.requests;
  sum.failures += more.failures;
  sum.ownErrors += more.ownErrors;
  sum.rescued += more.rescued;
  sum.compared += more.compared;
  sum.mismatched += more.mismatched;
  for (let i = 0; i < BUCKETS; i++) sum.latency[i]! += more.latency[i]!;
  for (const reason in more.reasons) sum.reasons[reason] = (sum.reasons[reason] ?? 0) + more.reasons[reason]!;
}

export function sumTallies(tallies: Iterable<Tally>): Tally {
  const sum = emptyTally();
  for (const tally of tallies) addTally(sum, tally);
  return sum;
}

/** All routes of one side. */
export function sideOf(sample: Sample, side: 'monolith' | 'service'): Tally {
  return sumTallies([...sample.values()].map((both) => both[side]));
}

/**
 * The quantile in ms, as if the requests of a bucket lay evenly in it (Prometheus's histogram_quantile): taking the bucket's
 * upper bound instead would make ratios of two quantiles wrong by up to the ratio of two bounds. Infinity above the last
 * bound, null without requests.
 */
export function quantile({ latency }: Pick<Tally, 'latency'>, q: number): number | null {
  const total = latency.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const [index, count] of latency.entries()) {
    const upper = BOUNDS_MS[index];
    if (upper !== undefined && count > 0 && seen + count >= total * q) {
      const lower = BOUNDS_MS[index - 1] ?? 0;
      return lower + (upper - lower) * Math.max(0, (total * q - seen) / count);
    }
    seen += count;
  }
  return Number.POSITIVE_INFINITY;
}

/** Requests that took longer than `ms`, for all that the histogram knows: a bucket counts if all of it is longer. */
export function slowerThan({ latency }: Pick<Tally, 'latency'>, ms: number): number {
  return latency.reduce((sum, count, index) => ((BOUNDS_MS[index - 1] ?? 0) >= ms ? sum + count : sum), 0);
}
