import { FAILURE_REASONS, OUTCOME_INDEX, OWN_ERRORS, type StoredOutcome } from '@banyan/gateway';
import { emptyTally, type Sample, type Tally } from './tally.ts';

/** What was counted in a span, as the places of its counts in a service's sums, and the counts. */
export type Packed = { places: Uint32Array; counts: Float64Array };

/**
 * Gives each count of a service's routes and sides a place in one flat array. Spans are kept by the thousand and summed at
 * each look: as flat arrays of the counts that are not 0 they cost neither much memory nor much time.
 */
export class Layout {
  readonly #sides: { route: string; side: 'monolith' | 'service' }[] = [];
  readonly #first = { monolith: new Map<string, number>(), service: new Map<string, number>() };

  pack(outcomes: readonly StoredOutcome[]): Packed {
    const size = outcomes.reduce((sum, { length }) => sum + (length - 2) / 2, 0);
    const packed = { places: new Uint32Array(size), counts: new Float64Array(size) };
    let next = 0;
    for (const outcome of outcomes) {
      const first = this.#firstOf(outcome);
      for (let i = 2; i < outcome.length; i += 2, next++) {
        packed.places[next] = first + (outcome[i] as number);
        packed.counts[next] = outcome[i + 1] as number;
      }
    }
    return packed;
  }

  /** The sum of spans that this layout has packed. */
  sum(spans: Iterable<Packed>): Sample {
    const sums = new Float64Array(this.#sides.length * OUTCOME_INDEX.all);
    for (const { places, counts } of spans)
      for (let i = 0; i < places.length; i++) sums[places[i]!]! += counts[i]!;
    const sample: Sample = new Map();
    for (const [index, { route, side }] of this.#sides.entries()) {
      const own = sums.subarray(index * OUTCOME_INDEX.all, (index + 1) * OUTCOME_INDEX.all);
      if (own.every((count) => count === 0)) continue;
      const both = sample.get(route) ?? { monolith: emptyTally(), service: emptyTally() };
      sample.set(route, { ...both, [side]: tallyOf(own) });
    }
    return sample;
  }

  /** Adds what such a span counted on each side, whatever the routes. */
  addTo(sums: SideSums, { places, counts }: Packed): void {
    for (let i = 0; i < places.length; i++) {
      const outcome = Math.trunc(places[i]! / OUTCOME_INDEX.all);
      sums[this.#sides[outcome]!.side][places[i]! - outcome * OUTCOME_INDEX.all]! += counts[i]!;
    }
  }

  #firstOf([route, side]: StoredOutcome): number {
    const known = this.#first[side].get(route);
    if (known !== undefined) return known;
    const first = this.#sides.push({ route, side }) * OUTCOME_INDEX.all - OUTCOME_INDEX.all;
    this.#first[side].set(route, first);
    return first;
  }
}

/** Of both sides, the counts of a tally by their places, as `OUTCOME_INDEX` has them. */
export type SideSums = { monolith: Float64Array; service: Float64Array };

export function emptySums(): SideSums {
  return { monolith: new Float64Array(OUTCOME_INDEX.all), service: new Float64Array(OUTCOME_INDEX.all) };
}

export function addSums(sums: SideSums, { monolith, service }: SideSums): void {
  for (let place = 0; place < OUTCOME_INDEX.all; place++) {
    sums.monolith[place]! += monolith[place]!;
    sums.service[place]! += service[place]!;
  }
}

export function tallyOf(counts: Float64Array): Tally {
  const tally = emptyTally();
  for (const [place, name] of OUTCOME_INDEX.counts.entries()) tally[name] = counts[place]!;
  for (let bucket = 0; bucket < tally.latency.length; bucket++)
    tally.latency[bucket] = counts[OUTCOME_INDEX.bucket + bucket]!;
  for (const [index, reason] of FAILURE_REASONS.entries()) {
    const count = counts[OUTCOME_INDEX.reason + index]!;
    if (count === 0) continue;
    tally.reasons[reason] = count;
    if (OWN_ERRORS.includes(reason)) tally.ownErrors += count;
  }
  return tally;
}
