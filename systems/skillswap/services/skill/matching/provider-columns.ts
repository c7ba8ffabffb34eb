import { pricePart, ratingPart, type Seeker, sharePart } from '../../../kit/matching/score.ts';
import {
  type HourMask,
  hourMask,
  offsetMinutes,
  sharedMinutesAtMost,
  weeklyMinutes,
} from '../../../kit/matching/weekly-overlap.ts';
import { type Candidate, weekOf } from './candidate.ts';

const FIRST_SIZE = 1_024;
const WORDS = hourMask([]).length;

/**
 * What of each provider counts in a score, number beside number: to look at tens of thousands of them is to read memory from end to end. A
 * provider is known by a slot, from 0 on.
 */
export class ProviderColumns {
  /** That part of a score. */
  rating = new Float64Array(FIRST_SIZE);
  #hourlyRate = new Int32Array(FIRST_SIZE);
  /** Hours in UTC, `WORDS` each. */
  #hours = new Int32Array(FIRST_SIZE * WORDS);
  #zone = new Uint16Array(FIRST_SIZE);
  #zones = new Map<string, { number: number; offset: number }>();
  #candidates: readonly (Candidate | undefined)[];
  /** Whose hours were not yet brought to UTC. */
  #fresh: number[] = [];

  /** By their slots. */
  constructor(candidates: readonly (Candidate | undefined)[]) {
    this.#candidates = candidates;
  }

  put(slot: number, { rating, hourlyRate, zone }: Candidate): void {
    if (slot >= this.rating.length) this.#grow(2 * slot);
    this.rating[slot] = ratingPart(rating);
    this.#hourlyRate[slot] = hourlyRate;
    this.#zone[slot] = this.#numberOf(zone);
    this.#fresh.push(slot);
  }

  /** Brings all hours to where they lie in UTC at `now`, ms since 1970: those of newcomers, and of zones whose clocks were set. */
  moveTo(now: number): void {
    const moved = new Set<number>();
    for (const [name, zone] of this.#zones) {
      const offset = offsetMinutes(name, now);
      if (offset !== zone.offset) moved.add(zone.number);
      zone.offset = offset;
    }
    const due = new Set(this.#fresh);
    this.#fresh = [];
    if (moved.size > 0)
      for (const slot of this.#candidates.keys()) if (moved.has(this.#zone[slot]!)) due.add(slot);
    for (const slot of due) {
      const candidate = this.#candidates[slot];
      if (candidate) this.#hours.set(hourMask(weekOf(candidate, now)), slot * WORDS);
    }
  }

  /** The part of a score that the price is, by slot. */
  priceFor({ budget }: Pick<Seeker, 'budget'>): (slot: number) => number {
    const rates = this.#hourlyRate;
    return (slot) => pricePart(budget, rates[slot]!);
  }

  /** What the part that the hours are comes to at most, by slot. */
  availabilityAtMost({ week }: Pick<Seeker, 'week'>): (slot: number) => number {
    const minutes = weeklyMinutes(week);
    // Any time of theirs counts.
    if (minutes === 0) return () => 1;
    const mask: HourMask = hourMask(week);
    const hours = this.#hours;
    return (slot) => sharePart(Math.min(1, sharedMinutesAtMost(mask, hours, slot * WORDS) / minutes));
  }

  #numberOf(zone: string): number {
    const known = this.#zones.get(zone);
    if (known) return known.number;
    const number = this.#zones.size;
    this.#zones.set(zone, { number, offset: Number.NaN });
    return number;
  }

  #grow(size: number): void {
    const grown = <A extends Float64Array | Int32Array | Uint16Array>(into: A, from: A): A => {
      into.set(from);
      return into;
    };
    this.rating = grown(new Float64Array(size), this.rating);
    this.#hourlyRate = grown(new Int32Array(size), this.#hourlyRate);
    this.#hours = grown(new Int32Array(size * WORDS), this.#hours);
    this.#zone = grown(new Uint16Array(size), this.#zone);
  }
}
