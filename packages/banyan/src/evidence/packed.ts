import { BOUNDS_MS, FAILURE_REASONS, type Outcome, OWN_ERRORS } from '@banyan/gateway';
import { BUCKET_OF, BUCKETS, emptyTally, type Sample } from './tally.ts';

/** What was counted in a span, as the places of its counts in a service's sums, and the counts. */
export type Packed = { places: Uint32Array; counts: Float64Array };

const COUNTS = ['requests', 'failures', 'rescued', 'compared', 'mismatched'] as const;
const FIRST_BUCKET = COUNTS.length;
const FIRST_REASON = FIRST_BUCKET + BUCKETS;
const PLACES = FIRST_REASON + FAILURE_REASONS.length;

/**
 * Gives each count of a service's routes and sides a place in one flat array. Spans are kept by the thousand and summed at
 * each look: as flat arrays of the counts that are not 0 they cost neither much memory nor much time.
 */
export class Layout {
  readonly #sides: { route: string; side: Outcome['side'] }[] = [];
  readonly #first = new Map<string, number>();

  pack(outcomes: readonly Outcome[]): Packed {
    const places: number[] = [];
    const counts: number[] = [];
    const keep = (place: number, count: number | undefined) => {
      if (!count) return;
      places.push(place);
      counts.push(count);
    };
    for (const outcome of outcomes) {
      const first = this.#firstOf(outcome);
      for (const [index, name] of COUNTS.entries()) keep(first + index, outcome[name]);
      for (const bound in outcome.latency)
        keep(first + FIRST_BUCKET + (BUCKET_OF.get(bound) ?? BOUNDS_MS.length), outcome.latency[bound]);
      for (const [index, reason] of FAILURE_REASONS.entries())
        keep(first + FIRST_REASON + index, outcome.reasons[reason]);
    }
    return { places: Uint32Array.from(places), counts: Float64Array.from(counts) };
  }

  /** The sum of spans that this layout has packed. */
  sum(spans: Iterable<Packed>): Sample {
    const sums = new Float64Array(this.#sides.length * PLACES);
    for (const { places, counts } of spans)
      for (let i = 0; i < places.length; i++) sums[places[i]!]! += counts[i]!;
    const sample: Sample = new Map();
    for (const [index, { route, side }] of this.#sides.entries()) {
      const own = sums.subarray(index * PLACES, (index + 1) * PLACES);
      if (own.every((count) => count === 0)) continue;
      const both = sample.get(route) ?? { monolith: emptyTally(), service: emptyTally() };
      sample.set(route, { ...both, [side]: tallyOf(own) });
    }
    return sample;
  }

  #firstOf({ route, side }: Outcome): number {
    const id = `${side} ${route}`;
    const known = this.#first.get(id);
    if (known !== undefined) return known;
    const first = this.#sides.push({ route, side }) * PLACES - PLACES;
    this.#first.set(id, first);
    return first;
  }
}

function tallyOf(counts: Float64Array) {
  const tally = emptyTally();
  for (const [index, name] of COUNTS.entries()) tally[name] = counts[index]!;
  for (let bucket = 0; bucket < BUCKETS; bucket++) tally.latency[bucket] = counts[FIRST_BUCKET + bucket]!;
  for (const [index, reason] of FAILURE_REASONS.entries()) {
    const count = counts[FIRST_REASON + index]!;
    if (count === 0) continue;
    tally.reasons[reason] = count;
    if (OWN_ERRORS.includes(reason)) tally.ownErrors += count;
  }
  return tally;
}
