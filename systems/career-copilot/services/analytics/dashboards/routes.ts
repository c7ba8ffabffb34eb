import { withTransaction } from '@banyan/postgres';
import { defineErrors, isZone, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Timestamp } from '../../../api/common.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { careersOf } from '../careers/find.ts';
import { waysOf } from '../careers/moments.ts';
import type { Context } from '../context.ts';
import { Definition, MAX_DASHBOARDS, shownBy } from './dashboards.ts';
import { findDashboard, listDashboards, removeDashboard, saveDashboard } from './store.ts';

const errors = defineErrors({
  NO_SUCH_DASHBOARD: [404, 'You have no dashboard of this name.'],
  TOO_MANY_DASHBOARDS: [409, 'You have as many dashboards as one may have: remove one first.'],
  NO_SUCH_ZONE: [400, 'There is no zone of this name: give one such as Europe/Berlin.'],
});

const Path = Type.Object({ name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$' }) });
const Dashboard = Type.Object({ name: Type.String(), definition: Definition, updated_at: Timestamp });
const Shown = Type.Object({
  ...Dashboard.properties,
  series: Type.Array(Type.Array(Type.Object({ period: Type.String(), count: Type.Integer() }))),
});

/** Dashboards that people make for themselves. */
export function dashboardRoutes(app: ServiceApp, { pool, documents, events }: Context): void {
  const ofUser = activeUser(pool, { byEventsAlone: true });
  const with404 = (...others: number[]) => {
    const { config, ...rest } = ofUser();
    return { ...rest, config: { ...config, errors: [...config.errors, 404, ...others] } };
  };

  app.get(
    '/analytics/dashboards',
    { ...ofUser(), schema: { response: { 200: Type.Array(Dashboard) } } },
    async (request) => await listDashboards(pool, callerOf(request)),
  );

  app.get(
    '/analytics/dashboards/:name',
    { ...with404(), schema: { params: Path, response: { 200: Shown } } },
    async (request) => {
      const userId = callerOf(request);
      const dashboard = await findDashboard(pool, userId, request.params.name);
      if (!dashboard) throw errors('NO_SUCH_DASHBOARD');
      const { career, past } = await careersOf(documents, userId);
      return { ...dashboard, series: shownBy(dashboard.definition, waysOf(career, past), new Date()) };
    },
  );

  app.put(
    '/analytics/dashboards/:name',
    { ...with404(400, 409), schema: { params: Path, body: Definition, response: { 200: Dashboard } } },
    async (request) => {
      const userId = callerOf(request);
      const { name } = request.params;
      const { title, zone, widgets } = request.body;
      if (zone !== undefined && !isZone(zone)) throw errors('NO_SUCH_ZONE');
      const definition = { title, ...(zone === undefined ? {} : { zone }), widgets };
      return await withTransaction(pool, async (tx) => {
        const saved = await saveDashboard(tx, userId, { name, definition, most: MAX_DASHBOARDS });
        if (!saved) throw errors('TOO_MANY_DASHBOARDS');
        await events.publish(tx, 'DashboardUpdated', { userId, name, change: 'saved' });
        return saved;
      });
    },
  );

  app.delete(
    '/analytics/dashboards/:name',
    { ...with404(), schema: { params: Path, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const userId = callerOf(request);
      const { name } = request.params;
      await withTransaction(pool, async (tx) => {
        if (!(await removeDashboard(tx, userId, name))) throw errors('NO_SUCH_DASHBOARD');
        await events.publish(tx, 'DashboardUpdated', { userId, name, change: 'removed' });
      });
      return await reply.code(204).send(null);
    },
  );
}
