import type pg from 'pg';
import type { Job } from '../../../../api/jobs.ts';
import { FROM, JOB } from '../../store.ts';
import { writeCursor } from '../cursor.ts';
import type { Found } from '../search.ts';
import type { Asked } from './asked.ts';
import { highlighted } from './highlights.ts';
import { allOf } from './parts.ts';

/**
 * A page of jobs by their scores, the best first, of those that are alike the latest first. `scored`: CTEs of which the last one, so called, gives `job_id` and
 * `score`; `values` are their parameters, and `asOf` when they hold, as the next page is told.
 */
export async function scoredPage(
  pool: pg.Pool,
  { query, parts, after }: Asked,
  { scored, values, asOf }: { scored: string; values: unknown[]; asOf: number },
): Promise<Pick<Found, 'jobs' | 'next_cursor'>> {
  const { page, limit } = query;
  const $ = (value: unknown) => `$${values.push(value)}`;
  const { rows } = await pool.query<Job & { score: number; description: string }>(
    `WITH ${scored},
     shown AS MATERIALIZED (
       SELECT job_id, score FROM scored
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
    next_cursor: last && rows.length > limit ? writeCursor({ asOf, score: last.score, id: last.id }) : null,
  };
}
