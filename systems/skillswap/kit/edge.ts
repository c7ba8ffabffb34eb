import type { Plan } from '@banyan/banyan';
import { API } from '../api/common.ts';
import { Purchase, Withdrawal } from '../api/credits.ts';

type Services = Plan['services'];

/** What every request meets before it reaches anybody: how much somebody may ask, and whom it may be given to. */
export const EDGE = {
  rateLimit: { perMinute: 1_000, perHour: 10_000 },
  healthChecks: { intervalMs: 10_000, unhealthyAfter: 3, healthyAfter: 3 },
} as const satisfies Partial<Plan['gateway']>;

/** How long an answer may take, whoever gives it. */
export const TIMEOUT_MS = 10_000;

/** Where money moves, bodies are looked at before they are let in, by the schemas of the API. */
export const BODIES: Readonly<Record<string, object>> = {
  [`POST ${API}/payments/purchases`]: Purchase,
  [`POST ${API}/payments/withdrawals`]: Withdrawal,
};

/** The same on the service's side, once such a route is a service's; what the service says of its own bodies counts. */
export function behindTheEdge(services: Services): Services {
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const routes = service.routes.map((each) =>
        BODIES[each.route] === undefined ? each : { bodySchema: BODIES[each.route], ...each },
      );
      return [name, { timeoutMs: TIMEOUT_MS, ...service, routes }];
    }),
  );
}
