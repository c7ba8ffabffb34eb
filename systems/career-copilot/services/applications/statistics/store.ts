import type pg from 'pg';
import type { StatisticsQuery } from '../../../api/tracking.ts';
import { STATE } from '../tracking/store.ts';
import { ANSWERS, type Group, type Stay } from './decide.ts';

export type Counted = { groups: Group[]; stays: Stay[]; median_days_to_answer: number | null };

/**
 * Counted by the database at each look, out of the rows that both sides write: an index has a user's applications and one the steps of
 * each, so nothing has to be kept up to date beside them.
 */
export async function countOfUser(
  db: Pick<pg.Pool, 'query'>,
  userId: number,
  { from, to }: StatisticsQuery,
): Promise<Counted> {
  const { rows } = await db.query<Counted>({
    name: 'applications_statistics',
    text: COUNT,
    values: [userId, from ?? null, to ?? null, ANSWERS],
  });
  return rows[0]!;
}

const COUNT = `
  WITH mine AS MATERIALIZED (
    SELECT applications.id, ${STATE} AS state, coalesce(source, 'unknown') AS source, ghosted_at
    FROM applications LEFT JOIN application_details AS details ON application_id = applications.id
    WHERE user_id = $1 AND ($2::timestamptz IS NULL OR created_at >= $2)
      AND ($3::timestamptz IS NULL OR created_at < $3)),
  steps AS MATERIALIZED (
    SELECT mine.id, to_status AS stage, lead(to_status) OVER step AS next,
      extract(epoch FROM coalesce(lead(created_at) OVER step,
        CASE WHEN state = 'ghosted' THEN ghosted_at END) - created_at) / 86400 AS days
    FROM mine JOIN application_timeline AS step ON application_id = mine.id
    WINDOW step AS (PARTITION BY mine.id ORDER BY created_at, step.id)),
  ways AS (SELECT id, array_agg(DISTINCT stage ORDER BY stage) AS reached FROM steps GROUP BY id),
  groups AS (
    SELECT state, source, coalesce(reached, '{}') AS reached, count(*)::int AS applications
    FROM mine LEFT JOIN ways USING (id) GROUP BY 1, 2, 3),
  stays AS (
    SELECT stage, count(*)::int AS left, avg(days)::float8 AS average_days,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY days)::float8 AS median_days
    FROM steps WHERE days IS NOT NULL GROUP BY stage)
  SELECT (SELECT coalesce(jsonb_agg(groups), '[]') FROM groups) AS groups,
    (SELECT coalesce(jsonb_agg(stays), '[]') FROM stays) AS stays,
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FROM steps
     WHERE stage = 'applied' AND next = ANY ($4::text[]))::float8 AS median_days_to_answer`;
