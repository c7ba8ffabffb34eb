import { distanceKm, type Place } from './distance.ts';
import { sharedMinutes, type WeekInUtc, weeklyMinutes } from './weekly-overlap.ts';

/** How much each part of a score counts; together 1. */
const WEIGHTS = { skills: 0.4, rating: 0.3, availability: 0.2, price: 0.1 } as const;
/** A match is above this. */
export const THRESHOLD = 0.7;
/** And among the best so many. */
export const MOST_MATCHES = 50;
/** What counts for somebody whom nobody has rated: as no stars at all, no newcomer would ever be above the threshold. */
const UNRATED = 3.5;

export type Seeker = {
  userId: string;
  /** Ids of skills. */
  wanted: readonly string[];
  week: WeekInUtc;
  /** Credits for an hour at most; null: any price. */
  budget: number | null;
  place: Place | null;
};

export type Provider = {
  userId: string;
  offered: readonly string[];
  /** 0 to 5; null: nobody has rated yet. */
  rating: number | null;
  week: WeekInUtc;
  /** Credits for an hour. */
  hourlyRate: number;
  place: Place | null;
};

/** Each part from 0 to 1, and what they come to. */
export type Score = { [part in keyof typeof WEIGHTS]: number } & { total: number };

export type Match<P extends Provider = Provider> = {
  provider: P;
  score: Score;
  /** Skills that the one wants and the other offers. */
  shared: string[];
  /** Null if one of them says no place. */
  distanceKm: number | null;
};

/** The matches of a seeker, the best first; of equal ones in the order of their ids, so that the list stays as it is. */
export function bestMatches<P extends Provider>(
  seeker: Seeker,
  providers: readonly P[],
  { maxDistanceKm }: { maxDistanceKm?: number | undefined } = {},
): Match<P>[] {
  return providers
    .filter(({ userId }) => userId !== seeker.userId)
    .map((provider) => matchOf(seeker, provider))
    .filter(({ score }) => score.total > THRESHOLD)
    .filter(
      ({ distanceKm }) => maxDistanceKm === undefined || (distanceKm !== null && distanceKm <= maxDistanceKm),
    )
    .sort((a, b) => b.score.total - a.score.total || (a.provider.userId < b.provider.userId ? -1 : 1))
    .slice(0, MOST_MATCHES);
}

function matchOf<P extends Provider>(seeker: Seeker, provider: P): Match<P> {
  const offered = new Set(provider.offered);
  return {
    provider,
    score: scoreOf(seeker, provider),
    shared: seeker.wanted.filter((skill) => offered.has(skill)),
    distanceKm: seeker.place && provider.place && distanceKm(seeker.place, provider.place),
  };
}

/** Rounded to four digits, so that what is shown is what was compared with the threshold. */
export function scoreOf(seeker: Seeker, provider: Provider): Score {
  const parts = {
    skills: rounded(skillOverlap(seeker.wanted, provider.offered)),
    rating: rounded((provider.rating ?? UNRATED) / 5),
    availability: rounded(availabilityScore(seeker.week, provider.week)),
    price: rounded(priceScore(seeker.budget, provider.hourlyRate)),
  };
  const total = Object.entries(WEIGHTS).reduce(
    (sum, [part, weight]) => sum + weight * parts[part as keyof typeof WEIGHTS],
    0,
  );
  return { ...parts, total: rounded(total) };
}

/** The share of what is wanted that is offered. */
function skillOverlap(wanted: readonly string[], offered: readonly string[]): number {
  const own = new Set(offered);
  const all = new Set(wanted);
  return all.size === 0 ? 0 : [...all].filter((skill) => own.has(skill)).length / all.size;
}

/** The share of the seeker's time that is the provider's too. Who states none can at any time. */
function availabilityScore(seeker: WeekInUtc, provider: WeekInUtc): number {
  const minutes = weeklyMinutes(seeker);
  if (minutes === 0) return provider.length > 0 ? 1 : 0;
  return sharedMinutes(seeker, provider) / minutes;
}

/** 1 within the budget, 0 from twice the budget on, in proportion between. */
function priceScore(budget: number | null, hourlyRate: number): number {
  if (budget === null || hourlyRate <= budget) return 1;
  return budget === 0 ? 0 : Math.max(0, 2 - hourlyRate / budget);
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
