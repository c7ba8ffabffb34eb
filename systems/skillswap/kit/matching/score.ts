import { distanceKm, type Place } from './distance.ts';
import { sharedMinutes, type WeekInUtc, weeklyMinutes } from './weekly-overlap.ts';

/** How much each part of a score counts; together 1. */
export const WEIGHTS = { skills: 0.4, rating: 0.3, availability: 0.2, price: 0.1 } as const;
/** A match is above this. */
export const THRESHOLD = 0.7;
/** And among the best so many. */
export const MOST_MATCHES = 50;
/** What counts for somebody whom nobody has rated: as no stars at all, no newcomer would ever be above the threshold. */
export const UNRATED = 3.5;

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
    .filter(({ distanceKm }) => isNear(distanceKm, maxDistanceKm))
    .sort(byScore)
    .slice(0, MOST_MATCHES);
}

/** Whether it is within the distance, if there is one. Nobody knows where somebody is who says no place. */
export function isNear(distanceKm: number | null, maxDistanceKm: number | undefined): boolean {
  return maxDistanceKm === undefined || (distanceKm !== null && distanceKm <= maxDistanceKm);
}

/** The order of matches. */
function byScore(a: Match, b: Match): number {
  return b.score.total - a.score.total || (a.provider.userId < b.provider.userId ? -1 : 1);
}

/** What becomes of the two, whatever the score. */
export function matchOf<P extends Provider>(seeker: Seeker, provider: P): Match<P> {
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
    skills: sharePart(skillOverlap(seeker.wanted, provider.offered)),
    rating: ratingPart(provider.rating),
    availability: availabilityPart(seeker.week, provider.week),
    price: pricePart(seeker.budget, provider.hourlyRate),
  };
  return { ...parts, total: totalOf(parts) };
}

/** What parts come to: the more in any of them, the more. */
export function totalOf({ skills, rating, availability, price }: Omit<Score, 'total'>): number {
  return sharePart(
    WEIGHTS.skills * skills +
      WEIGHTS.rating * rating +
      WEIGHTS.availability * availability +
      WEIGHTS.price * price,
  );
}

/** A part that is a share of something, 0 to 1: as it counts. */
export function sharePart(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

/** `rating`: stars; null: nobody has rated. */
export function ratingPart(rating: number | null): number {
  return sharePart((rating ?? UNRATED) / 5);
}

/** 1 within the budget, 0 from twice the budget on, in proportion between. */
export function pricePart(budget: number | null, hourlyRate: number): number {
  if (budget === null || hourlyRate <= budget) return 1;
  return budget === 0 ? 0 : sharePart(Math.max(0, 2 - hourlyRate / budget));
}

/** The share of the seeker's time that is the provider's too. Who states none can at any time. */
export function availabilityPart(seeker: WeekInUtc, provider: WeekInUtc): number {
  const minutes = weeklyMinutes(seeker);
  if (minutes === 0) return provider.length > 0 ? 1 : 0;
  return sharePart(sharedMinutes(seeker, provider) / minutes);
}

/** The share of what is wanted that is offered. */
function skillOverlap(wanted: readonly string[], offered: readonly string[]): number {
  const own = new Set(offered);
  const all = new Set(wanted);
  return all.size === 0 ? 0 : [...all].filter((skill) => own.has(skill)).length / all.size;
}
