import { Timestamp } from '@banyan/monolith/api';
import { withTransaction } from '@banyan/postgres';
import { isZone, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { errors } from '../errors.ts';
import type { RoutesHost } from '../routes-host.ts';
import { definitionOf, MAX_DASHBOARDS, shownBy } from './dashboards.ts';
import { findDashboard, listDashboards, removeDashboard, saveDashboard } from './store.ts';

const Path = Type.Object({ name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$' }) });

/** Dashboards that people make for themselves. */
export function dashboardRoutes(
  app: ServiceApp,
  { pool, system, access, own, says, momentsOf }: RoutesHost,
): void {
  const Definition = definitionOf(system.metrics.own);
  const Dashboard = Type.Object({ name: Type.String(), definition: Definition, updated_at: Timestamp });
  const Shown = Type.Object({
    ...Dashboard.properties,
    series: Type.Array(Type.Array(Type.Object({ period: Type.String(), count: Type.Integer() }))),
  });

  app.get(
    `${own}/dashboards`,
    { ...access.signedIn(), schema: { response: { 200: Type.Array(Dashboard) } } },
    async (request) => await listDashboards(pool, access.callerOf(request)),
  );

  app.get(
    `${own}/dashboards/:name`,
    { ...access.signedIn(404), schema: { params: Path, response: { 200: Shown } } },
    async (request) => {
      const userId = access.callerOf(request);
      const dashboard = await findDashboard(pool, userId, request.params.name);
      if (!dashboard) throw errors('NO_SUCH_DASHBOARD');
      const series = await shownBy(dashboard.definition, await momentsOf(userId), new Date());
      return { ...dashboard, series };
    },
  );

  app.put(
    `${own}/dashboards/:name`,
    {
      ...access.signedIn(404, 400, 409),
      schema: { params: Path, body: Definition, response: { 200: Dashboard } },
    },
    async (request) => {
      const userId = access.callerOf(request);
      const { name } = request.params;
      const { title, zone, widgets } = request.body;
      if (zone !== undefined && !isZone(zone)) throw errors('NO_SUCH_ZONE');
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
