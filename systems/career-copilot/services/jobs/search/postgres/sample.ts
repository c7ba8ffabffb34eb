import { MOST_SHOWN } from '../search.ts';

/** The lexeme of one job in `SAMPLED`, which schema.sql chooses by their ids. */
export const SAMPLE = `'one of 16'`;
export const SAMPLED = 16;
/** So many of a sample are half as many again as can be shown of all: fewer would be less than that by chance too often. */
const ENOUGH = Math.ceil((1.5 * MOST_SHOWN) / SAMPLED);
/** With fewer of a sample, and of more days, it is quicker to look at all: each day is one word more to be looked for. */
const FEW = 4 * ENOUGH;
const MOST_DAYS = 14;

/** How many of a sample were posted on a day, counted from 1970 on. */
export type OfDay = { day: number; count: number };

/**
 * The days from one on since which as many were posted as can be shown, up to tomorrow (the database's clock may be ahead of ours), as the
 * text of a tsquery. Undefined: all days are to be looked at.
 */
export function latestDays(sample: readonly OfDay[], today: number): string | undefined {
  const total = sample.reduce((sum, { count }) => sum + count, 0);
  if (total < FEW) return;
  let seen = 0;
  const { day: first } = sample
    .toSorted((a, b) => b.day - a.day)
    .find(({ count }) => {
      seen += count;
      return seen >= ENOUGH;
    })!;
  if (today - first >= MOST_DAYS) return;
  return Array.from({ length: today - first + 2 }, (_, later) => `'day ${first + later}'`).join(' | ');
}
