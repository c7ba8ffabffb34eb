import { Timestamp } from '@banyan/monolith/api';
import { withTransaction } from '@banyan/postgres';
import { isZone, type ServiceApp } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { errors } from '../errors.ts';
import { isAdmin } from '../is-admin.ts';
import type { RoutesHost } from '../routes-host.ts';
import type { Moments, UserId } from '../system.ts';
import { type Definition, definitionOf, MAX_DASHBOARDS, shownBy } from './dashboards.ts';
import { findDashboard, listDashboards, removeDashboard, saveDashboard } from './store.ts';

const Path = Type.Object({ name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$' }) });

/** Dashboards that people make for themselves; those of administrators may show what is counted of all. */
export function dashboardRoutes(
  app: ServiceApp,
  { pool, system, access, own, says, momentsOf, momentsOfAll }: RoutesHost,
): void {
  const { metrics } = system;
  /** A name that is both means the caller's. */
  const ofAll = new Set(metrics.all.filter((metric) => !metrics.own.includes(metric)));
  const Defined = definitionOf([...metrics.own, ...ofAll]);
  const Dashboard = Type.Object({ name: Type.String(), definition: Defined, updated_at: Timestamp });
  const Shown = Type.Object({
    ...Dashboard.properties,
    series: Type.Array(Type.Array(Type.Object({ period: Type.String(), count: Type.Integer() }))),
  });

  const checkAudience = ({ widgets }: Pick<Definition, 'widgets'>, request: FastifyRequest) => {
    const isOfAll = widgets.some(({ metric }) => ofAll.has(metric));
    if (isOfAll && !isAdmin(access, request)) throw errors('FOR_ADMINISTRATORS');
  };
  const momentsFor = async (userId: UserId): Promise<Moments> => {
    const ownMoments = await momentsOf(userId);
    return (metric, span) => {
      const moments = ofAll.has(metric) ? momentsOfAll() : ownMoments;
      if (moments === null) throw errors('NOT_CALCULATED');
      return moments(metric, span);
    };
  };

  app.get(
    `${own}/dashboards`,
    { ...access.signedIn(), schema: { response: { 200: Type.Array(Dashboard) } } },
    async (request) => await listDashboards(pool, access.callerOf(request)),
  );

  app.get(
    `${own}/dashboards/:name`,
    {
      ...access.signedIn(404, ...(ofAll.size > 0 ? [503] : [])),
      schema: { params: Path, response: { 200: Shown } },
    },
    async (request) => {
      const userId = access.callerOf(request);
      const dashboard = await findDashboard(pool, userId, request.params.name);
      if (!dashboard) throw errors('NO_SUCH_DASHBOARD');
      checkAudience(dashboard.definition, request);
      const series = await shownBy(dashboard.definition, await momentsFor(userId), new Date());
      return { ...dashboard, series };
    },
  );

  app.put(
    `${own}/dashboards/:name`,
    {
      ...access.signedIn(404, 400, 409),
      schema: { params: Path, body: Defined, response: { 200: Dashboard } },
    },
    async (request) => {
      const userId = access.callerOf(request);
      const { name } = request.params;
      const { title, zone, widgets } = request.body;
      if (zone !== undefined && !isZone(zone)) throw errors('NO_SUCH_ZONE');
      checkAudience({ widgets }, request);
      const definition = { title, ...(zone === undefined ? {} : { zone }), widgets };
      return await withTransaction(pool, async (tx) => {
        const saved = await saveDashboard(tx, userId, { name, definition, most: MAX_DASHBOARDS });
        if (!saved) throw errors('TOO_MANY_DASHBOARDS');
        await says.publish(tx, 'DashboardUpdated', { userId, name, change: 'saved' });
        return saved;
      });
    },
  );

  app.delete(
    `${own}/dashboards/:name`,
    { ...access.signedIn(404), schema: { params: Path, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const userId = access.callerOf(request);
      const { name } = request.params;
      await withTransaction(pool, async (tx) => {
        if (!(await removeDashboard(tx, userId, name))) throw errors('NO_SUCH_DASHBOARD');
        await says.publish(tx, 'DashboardUpdated', { userId, name, change: 'removed' });
      });
      return await reply.code(204).send(null);
    },
  );
}
