import { distanceKm } from '../../../kit/matching/distance.ts';
import {
  availabilityPart,
  isNear,
  type Match,
  MOST_MATCHES,
  matchOf,
  type Provider,
  type Seeker,
  sharePart,
  THRESHOLD,
  totalOf,
} from '../../../kit/matching/score.ts';
import type { WeekInUtc } from '../../../kit/matching/weekly-overlap.ts';
import { type Candidate, weekOf } from './candidate.ts';
import { ProviderColumns } from './provider-columns.ts';

export type Found = Match<Candidate & Provider>;

export type Asked = {
  /** Left out: wherever they are. */
  maxDistanceKm?: number | undefined;
  /** ms since 1970. */
  now: number;
};

/**
 * Providers in memory by the skills that they offer. Only those are looked at who offer something that is wanted, and of these only those whose
 * score may still be among the best: those who may have the highest come first, and where nobody who is left may have more than what is
 * found, it ends. The answer is that of `bestMatches` of all.
 */
export class ProviderIndex {
  #slots = new Map<string, number>();
  #candidates: (Candidate | undefined)[] = [];
  #free: number[] = [];
  #columns = new ProviderColumns(this.#candidates);
  #bySkill = new Map<string, SlotList>();
  /** Of the last question, by slot: how many of the wanted skills they offer, and what their score may come to, in ten-thousandths. */
  #shared = new Uint16Array(0);
  #most = new Uint16Array(0);

  find(userId: string): Candidate | undefined {
    const slot = this.#slots.get(userId);
    return slot === undefined ? undefined : this.#candidates[slot];
  }

  /** In the place of what was known of them. */
  put(candidate: Candidate): void {
    this.remove(candidate.userId);
    const slot = this.#free.pop() ?? this.#candidates.length;
    this.#slots.set(candidate.userId, slot);
    this.#candidates[slot] = candidate;
    this.#columns.put(slot, candidate);
    for (const skill of candidate.offered) {
      const offering = this.#bySkill.get(skill) ?? new SlotList();
      this.#bySkill.set(skill, offering);
      offering.add(slot);
    }
  }

  remove(userId: string): void {
    const slot = this.#slots.get(userId);
    if (slot === undefined) return;
    for (const skill of this.#candidates[slot]!.offered) {
      const offering = this.#bySkill.get(skill)!;
      offering.remove(slot);
      if (offering.count === 0) this.#bySkill.delete(skill);
    }
    this.#slots.delete(userId);
    this.#candidates[slot] = undefined;
    this.#free.push(slot);
  }

  /** Does now what the next question would have to do: `best` asked at that moment, ms since 1970, finds it done. */
  moveTo(now: number): void {
    this.#columns.moveTo(now);
  }

  /** The matches of a seeker, as `bestMatches` gives them. */
  best(seeker: Seeker, { maxDistanceKm, now }: Asked): Found[] {
    this.moveTo(now);
    const wanted = new Set(seeker.wanted);
    const price = this.#columns.priceFor(seeker);
    const best: Scored[] = [];
    for (const slot of this.#byMost(seeker, wanted)) {
      const most = this.#most[slot]! / DIGITS;
      const last = best.length === MOST_MATCHES ? best[MOST_MATCHES - 1] : undefined;
      // Nobody who comes now can have more than this.
      if (last && most < last.total) break;
      const candidate = this.#candidates[slot]!;
      if (last && most === last.total && candidate.userId > last.candidate.userId) continue;
      if (maxDistanceKm !== undefined && !isWithin(seeker, candidate, maxDistanceKm)) continue;
      const week = weekOf(candidate, now);
      const total = totalOf({
        skills: sharePart(this.#shared[slot]! / wanted.size),
        rating: this.#columns.rating[slot]!,
        availability: availabilityPart(seeker.week, week),
        price: price(slot),
      });
      if (total > THRESHOLD) offer(best, { candidate, week, total });
    }
    return best.map(({ candidate, week }) => matchOf(seeker, { ...candidate, week }));
  }

  /** Those whose score may be above the threshold, the ones that may have most first: sorted by counting, since a score has four digits. */
  #byMost(seeker: Seeker, wanted: ReadonlySet<string>): Int32Array {
    const sharing = this.#sharing(wanted);
    const [shared, most, { rating }] = [this.#shared, this.#most, this.#columns];
    const price = this.#columns.priceFor(seeker);
    const availability = this.#columns.availabilityAtMost(seeker);
    const skillsOf = Array.from({ length: wanted.size + 1 }, (_, count) => sharePart(count / wanted.size));
    const own = this.#slots.get(seeker.userId);
    const counts = new Int32Array(DIGITS + 1);
    for (const slot of sharing) {
      most[slot] = 0;
      if (slot === own) continue;
      const parts = {
        skills: skillsOf[shared[slot]!]!,
        rating: rating[slot]!,
        availability: 1,
        price: price(slot),
      };
      // Most are out whatever time they have.
      if (totalOf(parts) <= THRESHOLD) continue;
      parts.availability = availability(slot);
      const total = Math.round(totalOf(parts) * DIGITS);
      if (total <= LEAST) continue;
      most[slot] = total;
      counts[total]!++;
    }
    let above = 0;
    for (let total = DIGITS; total > LEAST; total--) {
      const count = counts[total]!;
      counts[total] = above;
      above += count;
    }
    const sorted = new Int32Array(above);
    for (const slot of sharing) if (most[slot]! > LEAST) sorted[counts[most[slot]!]!++] = slot;
    return sorted;
  }

  /** Slots of those who offer any of the skills, each once; how many they offer is in `#shared` then. */
  #sharing(wanted: ReadonlySet<string>): Int32Array {
    const size = this.#candidates.length;
    if (this.#shared.length < size)
      [this.#shared, this.#most] = [new Uint16Array(2 * size), new Uint16Array(2 * size)];
    const shared = this.#shared.fill(0);
    const sharing = new Int32Array(size);
    let count = 0;
    for (const skill of wanted) {
      const offering = this.#bySkill.get(skill);
      if (!offering) continue;
      for (let at = 0; at < offering.count; at++) {
        const slot = offering.slots[at]!;
        if (shared[slot]!++ === 0) sharing[count++] = slot;
      }
    }
    return sharing.subarray(0, count);
  }
}

/** In no order, and each once. */
class SlotList {
  slots = new Int32Array(4);
  count = 0;

  add(slot: number): void {
    if (this.count === this.slots.length) {
      const grown = new Int32Array(2 * this.count);
      grown.set(this.slots);
      this.slots = grown;
    }
    this.slots[this.count++] = slot;
  }

  remove(slot: number): void {
    const at = this.slots.subarray(0, this.count).indexOf(slot);
    if (at >= 0) this.slots[at] = this.slots[--this.count]!;
  }
}

type Scored = { candidate: Candidate; week: WeekInUtc; total: number };

/** Scores have four digits. */
const DIGITS = 10_000;
const LEAST = Math.round(THRESHOLD * DIGITS);

/** By score, of equal ones by id; those beyond the most are let go. */
function offer(best: Scored[], one: Scored): void {
  let at = best.length;
  while (at > 0 && isBetter(one, best[at - 1]!)) at--;
  best.splice(at, 0, one);
  if (best.length > MOST_MATCHES) best.pop();
}

function isBetter(a: Scored, b: Scored): boolean {
  return a.total > b.total || (a.total === b.total && a.candidate.userId < b.candidate.userId);
}

function isWithin({ place }: Seeker, candidate: Candidate, maxDistanceKm: number): boolean {
  return isNear(place && candidate.place && distanceKm(place, candidate.place), maxDistanceKm);
}
