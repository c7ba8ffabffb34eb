import type { OutcomeBatch } from '@banyan/gateway';

/** The system of the bench: so many services and routes, half of the services at 50 %, half migrated. */
export const SERVICES = 30;
export const ROUTES = 200;
export const WORKERS = 2;
/** Requests of each route in a second, over all workers. */
const PER_SECOND = 10;

export const NAMES = Array.from({ length: SERVICES }, (_, index) => `service${index}`);

export function routesOf(service: number): string[] {
  return Array.from({ length: ROUTES }, (_, route) => route)
    .filter((route) => route % SERVICES === service)
    .map((route) => `GET /route${route}/:id`);
}

export function tableOf(service: number): string {
  return `things${service}`;
}

export function stateOf(service: number): { stage: 'canary' | 'migrated'; share: number } {
  return service % 2 === 0 ? { stage: 'canary', share: 5_000 } : { stage: 'migrated', share: 10_000 };
}

/** What `workers` workers count of a service in so many seconds. */
export function outcomesOf(service: number, seconds: number, workers = 1): OutcomeBatch[] {
  const sides =
    stateOf(service).stage === 'canary' ? (['monolith', 'service'] as const) : (['service'] as const);
  const requests = Math.round((PER_SECOND * seconds * workers) / sides.length / WORKERS);
  const latency = { '2': 0.1, '5': 0.4, '7': 0.2, '10': 0.15, '20': 0.1, '50': 0.03, '100': 0.02 };
  return routesOf(service).flatMap((route) =>
    sides.map((side) => ({
      service: NAMES[service]!,
      route,
      side,
      version: 1,
      requests,
      failures: 0,
      rescued: 0,
      compared: 0,
      mismatched: 0,
      latency: Object.fromEntries(
        Object.entries(latency).map(([bound, part]) => [bound, Math.max(1, Math.round(part * requests))]),
      ),
      reasons: {},
    })),
  );
}
