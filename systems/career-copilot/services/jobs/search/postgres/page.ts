import type pg from 'pg';
import { type Found, MOST_SHOWN } from '../search.ts';
import type { Asked } from './asked.ts';
import type { Sample } from './counts.ts';
import { filterOf } from './filter.ts';
import { allOf } from './parts.ts';
import { latestDays, type OfDay } from './sample.ts';
import { scoredPage } from './scored-page.ts';

/** Days after which a job has half of the points that a fresh one has. */
const HALF_LIFE_DAYS = 30;
/** Of words in descriptions, places, companies and requirements, and titles. */
const WEIGHTS = '{0.1, 0.2, 0.4, 1}';
const DAY_MS = 86_400_000;
/**
 * A page of the jobs that were found, the best first: two points for the share of the words that the title has, one at most for how much
 * is said of them, and one for a fresh job. Of more than `MOST_SHOWN` the latest with all words in their titles are
 * looked at, then the latest others: the words of each of them are read.
 */
export async function pageOf(
  pool: pg.Pool,
  asked: Asked,
  { days, titles }: Sample,
): Promise<Pick<Found, 'jobs' | 'next_cursor'>> {
  const { query, parts, near, after } = asked;
  const asOf = after?.asOf ?? Date.now();
  const values: unknown[] = [];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const words = `${$(allOf(parts))}::tsquery`;
  const today = Math.floor(Date.now() / DAY_MS);
  const latest = (counts: readonly OfDay[]) => {
    const days = latestDays(counts, today);
    return days ? `(${words} && ${$(days)}::tsquery)` : words;
  };
  const inTitle = parts.map((part) => `(title @@ ${$(part)}::tsquery)::int`);
  const filter = filterOf(query, near, values);
  const scored = `by_title AS MATERIALIZED (
       SELECT job_id, posted_at, title, words FROM job_search WHERE title @@ ${latest(titles)} ${filter}
       ORDER BY posted_at DESC, job_id DESC LIMIT ${MOST_SHOWN}),
     by_others AS MATERIALIZED (
       SELECT job_id, posted_at, title, words FROM job_search
       WHERE words @@ ${latest(days)} AND NOT title @@ ${words} AND (SELECT count(*) FROM by_title) < ${MOST_SHOWN} ${filter}
       ORDER BY posted_at DESC, job_id DESC LIMIT ${MOST_SHOWN} - (SELECT count(*) FROM by_title)),
     scored AS MATERIALIZED (
       SELECT job_id, 2 * (${inTitle.join(' + ')})::float8 / ${parts.length}
         + ts_rank('${WEIGHTS}', words, ${words}, 32)
         + 0.5 ^ (greatest(0, ${$(asOf)}::float8 / 1000 - extract(epoch FROM posted_at)::float8) / ${(HALF_LIFE_DAYS * DAY_MS) / 1000}) AS score
       FROM (TABLE by_title UNION ALL TABLE by_others) AS found)`;
  return await scoredPage(pool, asked, { scored, values, asOf });
}
