import { MOST_SHOWN } from '../search.ts';

/** The lexeme of one job in `SAMPLED`, which schema.sql chooses by their ids. */
export const SAMPLE = `'one of 16'`;
export const SAMPLED = 16;
/** So many of a sample are half as many again as can be shown of all: fewer would be less than that by chance too often. */
const ENOUGH = Math.ceil((1.5 * MOST_SHOWN) / SAMPLED);
/** Of more days the jobs of all days are looked at. */
const MOST_DAYS = 100;

/** How many of a sample were posted on a day, counted from 1970 on. */
export type OfDay = { day: number; count: number };

/**
 * The days from one on since which as many were posted as can be shown, up to tomorrow (the database's clock may be ahead of ours), as the
 * text of a tsquery. Undefined: not as many were, or it is too many days.
 */
export function latestDays(sample: readonly OfDay[], today: number): string | undefined {
  let seen = 0;
  const first = sample
    .toSorted((a, b) => b.day - a.day)
    .find(({ count }) => {
      seen += count;
      return seen >= ENOUGH;
    })?.day;
  if (first === undefined || today - first >= MOST_DAYS) return;
  return Array.from({ length: today - first + 2 }, (_, later) => `'day ${first + later}'`).join(' | ');
}
