/** What the monolith told of sessions, of somebody and of all, out of what others have told this service. */
import { type Db, prepared } from '@banyan/postgres';
import type { Static } from 'typebox';
import type { PlatformMetrics, Summary } from '../../api/analytics.ts';

const side = (party: 'seeker_id' | 'provider_id', credits: 'credits' | 'earned') =>
  `SELECT count(*)::int AS sessions, coalesce(round(sum(extract(epoch FROM ends_at - starts_at)) / 3600, 1), 0)::float AS hours,
     (SELECT coalesce(sum(${credits}), 0)::int FROM paid_sessions WHERE ${party} = $1) AS credits
   FROM completed_sessions WHERE ${party} = $1`;
const LEARNED = side('seeker_id', 'credits');
const TAUGHT = side('provider_id', 'earned');
const RATING = 'SELECT round(avg(stars), 2)::float AS rating FROM stars_of_providers WHERE provider_id = $1';

export async function summaryOf(pool: Db, userId: string): Promise<Static<typeof Summary>> {
  const [learned, taught, rated] = await Promise.all(
    [LEARNED, TAUGHT, RATING].map((text) => pool.query(prepared(text, [userId]))),
  );
  return { learned: learned!.rows[0], taught: taught!.rows[0], rating: rated!.rows[0].rating };
}

const COMPLETED = `SELECT coalesce(skill_categories.name, 'UNKNOWN') AS "skillCategory", rated.stars AS "providerRating", count(*)::int AS count
  FROM completed_sessions LEFT JOIN skills ON skills.id = skill_id LEFT JOIN skill_categories ON skill_categories.id = category_id
  LEFT JOIN (SELECT provider_id, round(avg(stars))::int AS stars FROM stars_of_providers GROUP BY 1) rated USING (provider_id)
  GROUP BY 1, 2 ORDER BY count DESC, 1, 2`;
const REVENUE = `SELECT coalesce(sum(credits), 0)::int AS "sessionCredits", coalesce(sum(fee), 0)::int AS "feeCredits" FROM paid_sessions`;
const MINUTES = `SELECT avg(minutes)::float AS average, percentile_cont(0.95) WITHIN GROUP (ORDER BY minutes) AS p95
  FROM (SELECT extract(epoch FROM ends_at - starts_at)::float / 60 AS minutes FROM completed_sessions) completed`;

export type Platform = Static<typeof PlatformMetrics>;

/** Providers count with the stars that they have now. */
export async function platformMetrics(pool: Db): Promise<Platform> {
  const [completed, revenue, minutes] = await Promise.all(
    [COMPLETED, REVENUE, MINUTES].map((text) => pool.query(text)),
  );
  return {
    sessionsCompleted: completed!.rows,
    revenue: revenue!.rows[0],
    sessionMinutes: minutes!.rows[0],
  };
}
