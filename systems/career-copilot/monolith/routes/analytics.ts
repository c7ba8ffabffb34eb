import type { FastifyInstance } from 'fastify';
import { Funnel, funnelOf, Summary, summaryOf, Weeks } from '../../api/analytics.ts';
import type { Context } from '../context.ts';
import { currentUser } from '../security.ts';

export function analyticsRoutes(app: FastifyInstance, { pool, ofUser }: Context): void {
  app.get('/analytics/summary', { ...ofUser(), schema: { response: { 200: Summary } } }, async (request) => {
    const { rows } = await pool.query<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM applications WHERE user_id = $1 GROUP BY status',
      [currentUser(request).id],
    );
    return summaryOf(new Map(rows.map((row) => [row.status, row.count])));
  });

  app.get('/analytics/funnel', { ...ofUser(), schema: { response: { 200: Funnel } } }, async (request) => {
    const { rows } = await pool.query<{ stage: string; count: number }>(
      `SELECT to_status AS stage, count(DISTINCT application_id)::int AS count
         FROM application_timeline JOIN applications ON applications.id = application_id
         WHERE user_id = $1 GROUP BY to_status`,
      [currentUser(request).id],
    );
    return funnelOf(new Map(rows.map((row) => [row.stage, row.count])));
  });

  app.get('/analytics/weekly', { ...ofUser(), schema: { response: { 200: Weeks } } }, async (request) => {
    const { rows } = await pool.query(
      `SELECT to_char(date_trunc('week', applied_at), 'YYYY-MM-DD') AS week, count(*)::int AS applications
         FROM applications WHERE user_id = $1 AND applied_at IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 12`,
      [currentUser(request).id],
    );
    return { weeks: rows };
  });
}
