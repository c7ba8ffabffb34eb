import { distanceKm } from '../../../kit/matching/distance.ts';
import {
  isNear,
  type Match,
  MOST_MATCHES,
  matchOf,
  mostOf,
  type Provider,
  type Seeker,
  scoreOfOverlap,
  THRESHOLD,
} from '../../../kit/matching/score.ts';
import {
  type HourMask,
  hourMask,
  type LocalWeek,
  offsetMinutes,
  sharedMinutesAtMost,
  shifted,
  type WeekInUtc,
  weeklyMinutes,
} from '../../../kit/matching/weekly-overlap.ts';

/** Somebody who may be found, with their hours as they say them: where those lie in UTC, the moment tells at which they are asked for. */
export type Candidate = Omit<Provider, 'week'> & {
  fullName: string;
  headline: string | null;
  zone: string;
  hours: LocalWeek;
};

/** Somebody's hours as they lie in a week in UTC at `now`, ms since 1970. */
export function weekOf({ zone, hours }: Candidate, now: number): WeekInUtc {
  return shifted(hours, offsetMinutes(zone, now));
}

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
  #held = new Map<string, Held>();
  #bySkill = new Map<string, Set<Held>>();
  #round = 0;

  find(userId: string): Candidate | undefined {
    return this.#held.get(userId)?.candidate;
  }

  /** In the place of what was known of them. */
  put(candidate: Candidate): void {
    this.remove(candidate.userId);
    const held: Held = { candidate, week: [], mask: NO_HOURS, offset: Number.NaN, round: 0, shared: 0 };
    this.#held.set(candidate.userId, held);
    for (const skill of candidate.offered) {
      const offering = this.#bySkill.get(skill);
      if (offering) offering.add(held);
      else this.#bySkill.set(skill, new Set([held]));
    }
  }

  remove(userId: string): void {
    const held = this.#held.get(userId);
    if (!held) return;
    this.#held.delete(userId);
    for (const skill of held.candidate.offered) {
      const offering = this.#bySkill.get(skill)!;
      offering.delete(held);
      if (offering.size === 0) this.#bySkill.delete(skill);
    }
  }

  /** The matches of a seeker, as `bestMatches` gives them. */
  best(seeker: Seeker, { maxDistanceKm, now }: Asked): Found[] {
    const wanted = new Set(seeker.wanted);
    const sharing = this.#sharing(seeker.userId, wanted);
    const best: Scored[] = [];
    for (const { held, most } of byMost(seeker, sharing, wanted.size, now)) {
      const last = best.length === MOST_MATCHES ? best[MOST_MATCHES - 1] : undefined;
      // Nobody who comes now can have more than this.
      if (last && most < last.total) break;
      const { candidate } = held;
      if (last && most === last.total && candidate.userId > last.held.candidate.userId) continue;
      if (maxDistanceKm !== undefined && !isWithin(seeker, candidate, maxDistanceKm)) continue;
      const provider = {
        rating: candidate.rating,
        hourlyRate: candidate.hourlyRate,
        week: heldWeek(held, now),
      };
      const { total } = scoreOfOverlap(seeker, provider, held.shared / wanted.size);
      if (total > THRESHOLD) offer(best, { held, total });
    }
    return best.map(({ held }) => matchOf(seeker, { ...held.candidate, week: heldWeek(held, now) }));
  }

  /** Those who offer any of the skills, each once, with how many. */
  #sharing(seekerId: string, wanted: ReadonlySet<string>): Held[] {
    const round = ++this.#round;
    const sharing: Held[] = [];
    for (const skill of wanted)
      for (const held of this.#bySkill.get(skill) ?? []) {
        if (held.round === round) {
          held.shared++;
          continue;
        }
        held.round = round;
        held.shared = 1;
        if (held.candidate.userId !== seekerId) sharing.push(held);
      }
    return sharing;
  }
}

/** A candidate, their week in UTC by the offset that it was made with, and how many skills they share with who asked in that round. */
type Held = {
  candidate: Candidate;
  week: WeekInUtc;
  mask: HourMask;
  offset: number;
  round: number;
  shared: number;
};

const NO_HOURS = hourMask([]);

type Scored = { held: Held; total: number };

/** Scores have four digits. */
const DIGITS = 10_000;
/** More than anybody holds in memory. */
const ROOM = 2 ** 32;

/** Those whose score may be above the threshold, the ones that may have most first. Numbers are sorted in a fraction of the time of objects. */
function* byMost(
  seeker: Seeker,
  sharing: readonly Held[],
  wanted: number,
  now: number,
): Generator<{ held: Held; most: number }> {
  const available = availableAtMost(seeker, now);
  const keys = new Float64Array(sharing.length);
  let count = 0;
  for (let index = 0; index < sharing.length; index++) {
    const held = sharing[index]!;
    const most = mostOf(seeker, held.candidate, held.shared / wanted, available(held));
    if (most > THRESHOLD) keys[count++] = Math.round(most * DIGITS) * ROOM + index;
  }
  const sorted = keys.subarray(0, count).sort();
  for (let at = count - 1; at >= 0; at--) {
    const key = sorted[at]!;
    const index = key % ROOM;
    yield { held: sharing[index]!, most: (key - index) / ROOM / DIGITS };
  }
}

/** The share of the seeker's time that may be somebody's too. Without it nobody who may have time would be left out before their week is looked at. */
function availableAtMost({ week }: Seeker, now: number): (held: Held) => number {
  const minutes = weeklyMinutes(week);
  if (minutes === 0) return () => 1;
  const mask = hourMask(week);
  return (held) => {
    heldWeek(held, now);
    return Math.min(1, sharedMinutesAtMost(mask, held.mask) / minutes);
  };
}

/** By score, of equal ones by id; those beyond the most are let go. */
function offer(best: Scored[], one: Scored): void {
  let at = best.length;
  while (at > 0 && isBetter(one, best[at - 1]!)) at--;
  best.splice(at, 0, one);
  if (best.length > MOST_MATCHES) best.pop();
}

function isBetter(a: Scored, b: Scored): boolean {
  return a.total > b.total || (a.total === b.total && a.held.candidate.userId < b.held.candidate.userId);
}

function isWithin({ place }: Seeker, candidate: Candidate, maxDistanceKm: number): boolean {
  return isNear(place && candidate.place && distanceKm(place, candidate.place), maxDistanceKm);
}

function heldWeek(held: Held, now: number): WeekInUtc {
  const offset = offsetMinutes(held.candidate.zone, now);
  if (held.offset !== offset) {
    held.offset = offset;
    held.week = shifted(held.candidate.hours, offset);
    held.mask = hourMask(held.week);
  }
  return held.week;
}
