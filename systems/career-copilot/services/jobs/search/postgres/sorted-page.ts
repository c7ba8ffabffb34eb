import type pg from 'pg';
import type { JobOrder } from '../../../../api/jobs.ts';
import { EVERYWHERE_KM, locationsNear } from '../../places/near.ts';
import { type Found, MOST_SHOWN } from '../search.ts';
import type { Asked } from './asked.ts';
import { filterOf, matching } from './filter.ts';
import { allOf } from './parts.ts';
import { scoredPage } from './scored-page.ts';

/** What comes first has more of it. A remote job whose place is not known comes after all others. */
const SCORES: Readonly<Record<Exclude<JobOrder, 'relevance'>, string>> = {
  newest: 'extract(epoch FROM posted_at)::float8',
  salary: 'coalesce(salary_max, -1)::float8',
  distance: `-coalesce(km, ${EVERYWHERE_KM})`,
};

/** A page of all jobs that were found, in an order that has nothing to do with the words; of those that are alike the latest first. */
export async function sortedPageOf(
  pool: pg.Pool,
  asked: Asked,
  order: Exclude<JobOrder, 'relevance'>,
): Promise<Pick<Found, 'jobs' | 'next_cursor'>> {
  const { query, parts, near, after } = asked;
  const values: unknown[] = [];
  const distances =
    order === 'distance' && near
      ? `LEFT JOIN (${locationsNear(near.orRemote ? { ...near, within: EVERYWHERE_KM } : near, values)}) AS near USING (location)`
      : '';
  const scored = `scored AS MATERIALIZED (
       SELECT job_id, ${SCORES[order]} AS score FROM job_search ${distances}
       WHERE ${matching(allOf(parts), 'words', values)} ${filterOf(query, near, values)}
       ORDER BY score DESC, job_id DESC LIMIT ${MOST_SHOWN})`;
  return await scoredPage(pool, asked, { scored, values, asOf: after?.asOf ?? Date.now() });
}
