import type { PlanRoute, PlanService } from '../types.ts';

/** What a service that was never part of the monolith says of itself: it takes over no table, and its routes are new. */
export type AddedService = Omit<PlanService, 'database' | 'tables' | 'routes'> & {
  routes: Omit<PlanRoute, 'onMonolith'>[];
};

/**
 * Declares a service that is born outside the monolith. Its routes go to it all at once, unless `rollout.steps` says
 * otherwise; whoever is not among the users of a share gets 404, as before.
 *
 * @example export default add({ url: env('BILLING_URL'), routes: [{ route: 'GET /invoices', key: 'token.sub' }] })
 */
export function add({ routes, rollout, ...service }: AddedService): PlanService {
  return {
    ...service,
    rollout: { steps: ['100%'], ...rollout },
    routes: routes.map((route) => ({ ...route, onMonolith: false })),
    tables: [],
  };
}
