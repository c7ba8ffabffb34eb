import type pg from 'pg';
import type { Job, JobOrder } from '../../../../api/jobs.ts';
import { EVERYWHERE_KM, locationsNear } from '../../places/near.ts';
import { FROM, JOB } from '../../store.ts';
import { writeCursor } from '../cursor.ts';
import { type Found, MOST_SHOWN } from '../search.ts';
import type { Asked } from './asked.ts';
import { filterOf, matching } from './filter.ts';
import { highlighted } from './highlights.ts';
import { allOf } from './parts.ts';

/** What comes first has more of it. A remote job whose place is not known comes after all others. */
const SCORES: Readonly<Record<Exclude<JobOrder, 'relevance'>, string>> = {
  newest: 'extract(epoch FROM posted_at)::float8',
  salary: 'coalesce(salary_max, -1)::float8',
  distance: `-coalesce(km, ${EVERYWHERE_KM})`,
};

/** A page of all jobs that were found, in an order that has nothing to do with the words; of those that are alike the latest first. */
export async function sortedPageOf(
  pool: pg.Pool,
  { query, parts, near, after }: Asked,
  order: Exclude<JobOrder, 'relevance'>,
): Promise<Pick<Found, 'jobs' | 'next_cursor'>> {
  const { page, limit } = query;
  const values: unknown[] = [];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const distances =
    order === 'distance' && near
      ? `LEFT JOIN (${locationsNear(near.orRemote ? { ...near, within: EVERYWHERE_KM } : near, values)}) AS near USING (location)`
      : '';
  const { rows } = await pool.query<Job & { score: number; description: string }>(
    `WITH best AS MATERIALIZED (
       SELECT job_id, ${SCORES[order]} AS score FROM job_search ${distances}
       WHERE ${matching(allOf(parts), 'words', values)} ${filterOf(query, near, values)}
       ORDER BY score DESC, job_id DESC LIMIT ${MOST_SHOWN}),
     shown AS MATERIALIZED (
       SELECT job_id, score FROM best
       ${after ? `WHERE (score, job_id) < (${$(after.score)}::float8, ${$(after.id)}::integer)` : ''}
       ORDER BY score DESC, job_id DESC LIMIT ${$(limit + 1)} OFFSET ${$(after ? 0 : (page - 1) * limit)})
     SELECT ${JOB}, description, score
     ${FROM} JOIN shown ON shown.job_id = jobs.id ORDER BY score DESC, jobs.id DESC`,
    values,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    jobs: await highlighted(
      pool,
      shown.map(({ score: _score, ...job }) => job),
      allOf(parts),
    ),
    next_cursor:
      last && rows.length > limit
        ? writeCursor({ asOf: after?.asOf ?? Date.now(), score: last.score, id: last.id })
        : null,
  };
}
