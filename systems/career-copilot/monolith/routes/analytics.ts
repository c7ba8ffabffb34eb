import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { APPLICATION_STATUSES } from '../../api/applications.ts';
import type { Context } from '../context.ts';
import { currentUser } from '../security.ts';

const Summary = Type.Object({
  total_applications: Type.Integer(),
  active_applications: Type.Integer(),
  by_status: Type.Object(Object.fromEntries(APPLICATION_STATUSES.map((status) => [status, Type.Integer()]))),
  response_rate: Type.Number(),
  offer_rate: Type.Number(),
});
const Funnel = Type.Object({
  stages: Type.Array(Type.Object({ stage: Type.String(), count: Type.Integer(), rate: Type.Number() })),
});
const Weeks = Type.Object({
  weeks: Type.Array(Type.Object({ week: Type.String(), applications: Type.Integer() })),
});

export function analyticsRoutes(app: FastifyInstance, { pool, ofUser }: Context): void {
  app.get('/analytics/summary', { ...ofUser(), schema: { response: { 200: Summary } } }, async (request) => {
    const { rows } = await pool.query<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM applications WHERE user_id = $1 GROUP BY status',
      [currentUser(request).id],
    );
    const counts = new Map(rows.map((row) => [row.status, row.count]));
    const of = (...statuses: string[]) =>
      statuses.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0);
    const sent = of(...APPLICATION_STATUSES) - of('saved');
    return {
      total_applications: of(...APPLICATION_STATUSES),
      active_applications: of('applied', 'screening', 'interview', 'offer'),
      by_status: Object.fromEntries(APPLICATION_STATUSES.map((status) => [status, of(status)])),
      response_rate: ratio(of('screening', 'interview', 'offer', 'accepted', 'rejected'), sent),
      offer_rate: ratio(of('offer', 'accepted'), sent),
    };
  });

  // How far applications ever came, by their timeline; the current status alone would hide who was turned down late.
  app.get('/analytics/funnel', { ...ofUser(), schema: { response: { 200: Funnel } } }, async (request) => {
    const { rows } = await pool.query<{ stage: string; count: number }>(
      `SELECT to_status AS stage, count(DISTINCT application_id)::int AS count
         FROM application_timeline JOIN applications ON applications.id = application_id
         WHERE user_id = $1 GROUP BY to_status`,
      [currentUser(request).id],
    );
    const counts = new Map(rows.map((row) => [row.stage, row.count]));
    const applied = counts.get('applied') ?? 0;
    const stages = ['applied', 'screening', 'interview', 'offer', 'accepted'].map((stage) => {
      const count = counts.get(stage) ?? 0;
      return { stage, count, rate: ratio(count, applied) };
    });
    return { stages };
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

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;
}
