import { type ServiceApp, spellRoutes } from '@banyan/service';
import { dashboardRoutes } from './dashboards/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import type { RoutesHost } from './routes-host.ts';
import { seriesRoutes } from './series/routes.ts';
import type { AnalyticsSystem } from './system.ts';

/** Series, dashboards and reports of `route-list.ts`. `app` has the prefix of the API (`paths.api`), and answers errors as the system does. */
export function analyticsRoutes(
  app: ServiceApp,
  system: AnalyticsSystem,
  given: Pick<RoutesHost, 'pool' | 'momentsOf' | 'momentsOfAll'> & { events: RoutesHost['says'] },
): void {
  const { pool, events: says } = given;
  const host: RoutesHost = { ...given, system, says, access: system.access(pool), own: system.paths.own };
  app.register(async (spelled: ServiceApp) => {
    spellRoutes(spelled, system);
    seriesRoutes(spelled, host);
    dashboardRoutes(spelled, host);
    reportRoutes(spelled, host);
  });
}
