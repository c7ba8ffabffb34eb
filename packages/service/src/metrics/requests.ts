import { collectDefaultMetrics, type Registry } from 'prom-client';
import { KIT_ROUTE } from '../http/health.ts';
import type { ServiceApp } from '../http/types.ts';
import { addStallMetrics } from '../stalls/metrics.ts';
import { createDurations, type Observe } from './durations.ts';

/** Counts a request that no route took. */
export type CountUnmatched = (method: string, status: number, milliseconds: number) => void;

/**
 * /metrics: rate, errors and duration of each route (`http_request_duration_seconds` by method, route and status), and
 * what the runtime says of itself.
 */
export function addMetrics(app: ServiceApp, service: string, registry: Registry): CountUnmatched {
  registry.setDefaultLabels({ service });
  // The library's own 10 ms wakes a process that rests a hundred times a second.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_LOOK_MS });
  const stalls = addStallMetrics(registry);
  app.addHook('onClose', async () => stalls.stop());
  const durations = createDurations('http_request_duration_seconds', 'Time to answer a request', registry);
  app.addHook('onRoute', (route) => {
    const observers = new Map<string, Observe>();
    const observerOf = (method: string, status: number) => {
      const key = method + status;
      let known = observers.get(key);
      if (!known) {
        known = durations({ method, route: route.url, status: String(status) });
        observers.set(key, known);
      }
      return known;
    };
    // What came last mostly comes again: then nothing is looked up.
    let last = { method: '', status: 0, observe: (_seconds: number) => {} };
    const observe = (method: string, status: number, milliseconds: number) => {
      if (last.method !== method || last.status !== status) {
        last = { method, status, observe: observerOf(method, status) };
      }
      last.observe(milliseconds / 1000);
    };
    const own = route.onResponse ?? [];
    route.onResponse = [
      (request, reply, done) => {
        observe(request.method, reply.statusCode, reply.elapsedTime);
        done();
      },
      ...(Array.isArray(own) ? own : [own]),
    ];
  });
  app.get('/metrics', KIT_ROUTE, async (_request, reply) => {
    return await reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
  return (method, status, milliseconds) =>
    durations({ method, route: 'unmatched', status: String(status) })(milliseconds / 1000);
}

/** How often the event loop's delay is sampled, ms: `nodejs_eventloop_lag_*` of its distribution count from there. */
const LOOP_LOOK_MS = 100;
