import type { FastifyInstance } from 'fastify';
import { PlatformMetrics, Summary } from '../../api/analytics.ts';
import { type Context, currentUser } from '../context.ts';

export function analyticsRoutes(app: FastifyInstance, { pool, ofUser, ofAdmin }: Context): void {
  app.get('/analytics/summary', { ...ofUser(), schema: { response: { 200: Summary } } }, async (request) => {
    const { id } = currentUser(request);
    const side = async (party: 'seeker_id' | 'provider_id', type: string) => {
      const { rows } = await pool.query(
        `SELECT count(*)::int AS sessions,
           coalesce(round(sum(extract(epoch FROM ends_at - starts_at)) / 3600, 1), 0)::float AS hours,
           (SELECT coalesce(abs(sum(credits)), 0)::int FROM transactions WHERE user_id = $1 AND type = $2) AS credits
         FROM sessions WHERE ${party} = $1 AND state = 'COMPLETED'`,
        [id, type],
      );
      return rows[0];
    };
    const [learned, taught, profile] = await Promise.all([
      side('seeker_id', 'SESSION_PAYMENT'),
      side('provider_id', 'SESSION_EARNING'),
      pool.query(
        `SELECT CASE WHEN rating_count > 0 THEN round(rating_sum::numeric / rating_count, 2)::float END AS rating
         FROM skill_profiles WHERE user_id = $1`,
        [id],
      ),
    ]);
    return { learned, taught, rating: profile.rows[0]?.rating ?? null };
  });

  app.get(
    '/analytics/platform',
    { ...ofAdmin(), schema: { response: { 200: PlatformMetrics } } },
    async () => {
      const [completed, revenue, minutes] = await Promise.all([
        pool.query(
          `SELECT skill_categories.name AS "skillCategory", round(rating_sum::numeric / nullif(rating_count, 0))::int
           AS "providerRating", count(*)::int AS count
         FROM sessions JOIN skills ON skills.id = skill_id JOIN skill_categories ON skill_categories.id = category_id
         JOIN skill_profiles ON user_id = provider_id WHERE state = 'COMPLETED'
         GROUP BY 1, 2 ORDER BY count DESC, 1, 2`,
        ),
        pool.query(
          `SELECT coalesce(-sum(credits) FILTER (WHERE type = 'SESSION_PAYMENT'), 0)::int AS "sessionCredits",
           coalesce(sum(credits) FILTER (WHERE type = 'PLATFORM_FEE'), 0)::int AS "feeCredits" FROM transactions`,
        ),
        pool.query(
          `SELECT avg(minutes)::float AS average, percentile_cont(0.95) WITHIN GROUP (ORDER BY minutes) AS p95
         FROM (SELECT extract(epoch FROM ends_at - starts_at)::float / 60 AS minutes
           FROM sessions WHERE state = 'COMPLETED') completed`,
        ),
      ]);
      return { sessionsCompleted: completed.rows, revenue: revenue.rows[0], sessionMinutes: minutes.rows[0] };
    },
  );
}
