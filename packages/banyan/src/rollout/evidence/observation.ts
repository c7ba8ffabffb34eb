import { emptyTally, type Sample, type Tally } from './tally.ts';

/** Length of the short window in ms: what was good for a week and fails now is seen in it alone. */
export const SHORT_MS = 30_000;
/** Longest that the long window reaches back, ms; it begins with the step if that is later. */
export const LONG_MS = 3_600_000;

/** What was usual before a step, in JSON: the history that is left to compare with when nobody is left on the monolith. */
export type Baseline = {
  /** When `routes` and `others` were counted last, ISO 8601. */
  at: string;
  /** The monolith's side of the service's routes. */
  routes: Record<string, Tally>;
  /** At the same time: each other service, both sides together, and what no route matches (''). */
  others: Record<string, Tally>;
  /** All that the monolith answered before the last step, of whatever route. */
  monolith: Tally;
};

/** What judgements on one service are made of. All of it counted, none of it judged. */
export type Observation = {
  /** Both sides of the service's routes in the last half minute. */
  short: Sample;
  /** The same since the step began, for an hour at most. */
  long: Sample;
  /** Null: no step of the service had enough requests before it. */
  baseline: Baseline | null;
  /** What has not moved since the baseline was taken: in both windows, and when it was taken. */
  unmoved: { short: Tally; long: Tally; before: Tally };
  /** All that the monolith answered, of whatever route: since the step began, and before it. */
  monolith: { since: Tally; before: Tally };
  /** Writes of others that the write lock on the monolith refused since the step began. */
  refused: number;
};

export function nothingObserved(): Observation {
  return {
    short: new Map(),
    long: new Map(),
    baseline: null,
    unmoved: { short: emptyTally(), long: emptyTally(), before: emptyTally() },
    monolith: { since: emptyTally(), before: emptyTally() },
    refused: 0,
  };
}

/** Chance that a window which is judged again and again ever condemns a good service: of the short one, there are many. */
const FALSE_ALARM = { short: 1e-6, long: 1e-4 } as const;

/** Evidence needed in a window, as a logarithm, where any of `tests` may condemn. */
export function enough(window: 'short' | 'long', tests: number): number {
  return Math.log(tests / FALSE_ALARM[window]);
}
