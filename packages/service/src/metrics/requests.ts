import { collectDefaultMetrics, Histogram, type Registry } from 'prom-client';
import { KIT_ROUTE } from '../health.ts';
import type { ServiceApp } from '../types.ts';

/**
 * /metrics: rate, errors and duration of each route (`http_request_duration_seconds` by method, route and status), and
 * what the runtime says of itself.
 */
export function addMetrics(app: ServiceApp, service: string, registry: Registry): void {
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    duration.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    done();
  });
  app.get('/metrics', KIT_ROUTE, async (_request, reply) => {
    return await reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}
