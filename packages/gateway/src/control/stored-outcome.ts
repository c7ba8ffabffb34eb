import { FAILURE_REASONS, type FailureReason } from '../observe/outcome-reasons.ts';
import { BOUNDS_MS } from '../observe/stats.ts';
import type { OutcomeBatch, Side } from './route-table.ts';

/** What was counted of one route on one side. */
export type Outcome = Omit<OutcomeBatch, 'service' | 'version'>;

/**
 * The same as it is stored: the counts that are not 0, each after its place. Spans are written, read and summed by the
 * thousand; as objects with a name for each count they took four times as long to read.
 */
export type StoredOutcome = [route: string, side: Side, ...placesAndCounts: number[]];

const COUNTS = ['requests', 'failures', 'rescued', 'compared', 'mismatched'] as const;

/** Places of the counts. They are stored: what is added later gets a place behind the others. */
export const OUTCOME_INDEX = {
  /** By place, from 0. */
  counts: COUNTS,
  /** First of the buckets of BOUNDS_MS and one for the rest. */
  bucket: COUNTS.length,
  /** First of FAILURE_REASONS. */
  reason: COUNTS.length + BOUNDS_MS.length + 1,
  all: COUNTS.length + BOUNDS_MS.length + 1 + FAILURE_REASONS.length,
} as const;

const BOUNDS: readonly string[] = [...BOUNDS_MS, Number.POSITIVE_INFINITY].map(String);
const BUCKET_OF = new Map(BOUNDS.map((bound, index) => [bound, OUTCOME_INDEX.bucket + index]));

export function toStored(outcome: Outcome): StoredOutcome {
  const stored: StoredOutcome = [outcome.route, outcome.side];
  const keep = (place: number, count: number | undefined) => {
    if (count) stored.push(place, count);
  };
  for (const [index, name] of COUNTS.entries()) keep(index, outcome[name]);
  for (const bound in outcome.latency)
    keep(BUCKET_OF.get(bound) ?? OUTCOME_INDEX.reason - 1, outcome.latency[bound]);
  for (const [index, reason] of FAILURE_REASONS.entries())
    keep(OUTCOME_INDEX.reason + index, outcome.reasons[reason]);
  return stored;
}

export function fromStored([route, side, ...pairs]: StoredOutcome): Outcome {
  const outcome: Outcome = { route, side, ...NOTHING, latency: {}, reasons: {} };
  for (let i = 0; i < pairs.length; i += 2) {
    const [place, count] = [pairs[i]!, pairs[i + 1]!];
    if (place < OUTCOME_INDEX.bucket) outcome[COUNTS[place]!] += count;
    else if (place < OUTCOME_INDEX.reason)
      addTo(outcome.latency, BOUNDS[place - OUTCOME_INDEX.bucket]!, count);
    else addTo<FailureReason>(outcome.reasons, FAILURE_REASONS[place - OUTCOME_INDEX.reason]!, count);
  }
  return outcome;
}

const NOTHING = { requests: 0, failures: 0, rescued: 0, compared: 0, mismatched: 0 };

function addTo<K extends string>(counts: Partial<Record<K, number>>, name: K, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}

/** Sums outcomes of a service by route and side. */
export class OutcomeSums {
  readonly #sums = new Map<string, { route: string; side: Side; counts: Float64Array }>();

  add(stored: StoredOutcome): void {
    const [route, side] = stored;
    const id = `${side} ${route}`;
    const sum = this.#sums.get(id) ?? { route, side, counts: new Float64Array(OUTCOME_INDEX.all) };
    this.#sums.set(id, sum);
    for (let i = 2; i < stored.length; i += 2) sum.counts[stored[i] as number]! += stored[i + 1] as number;
  }

  stored(): StoredOutcome[] {
    return [...this.#sums.values()].map(({ route, side, counts }) => {
      const stored: StoredOutcome = [route, side];
      for (let place = 0; place < counts.length; place++)
        if (counts[place] !== 0) stored.push(place, counts[place]!);
      return stored;
    });
  }
}
