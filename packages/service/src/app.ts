import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import Fastify, { LogController } from 'fastify';
import { collectDefaultMetrics, Histogram, type Registry } from 'prom-client';
import { answerErrors, problemAnswer } from './errors.ts';
import { addHealth, type Checks, type Health, KIT_ROUTE } from './health.ts';
import type { ServiceApp, TypeBoxTypeProvider } from './types.ts';

/** The HTTP side of a service: request ids, problem documents, health, /metrics, /openapi.json. */
export async function createApp({
  name,
  logLevel,
  checks,
  metrics,
}: {
  name: string;
  logLevel: string;
  checks: Checks;
  metrics: Registry;
}): Promise<{ app: ServiceApp; health: Health }> {
  const app = Fastify({
    logger: { level: logLevel, name, redact: ['req.headers.authorization', 'req.headers.cookie'] },
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: 'x-request-id',
    genReqId: () => randomUUID(),
    // While closing, requests on open connections are still answered; the connections end with them.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();

  answerErrors(app, problemAnswer);
  app.setNotFoundHandler(async (request, reply) => {
    const { status, headers, body } = problemAnswer(
      { statusCode: 404, message: 'No such resource' },
      request.id,
    );
    return await reply
      .code(status)
      .headers(headers ?? {})
      .send(body);
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  await app.register(swagger, { openapi: { info: { title: name, version: '1' } } });
  app.get('/openapi.json', KIT_ROUTE, async () => app.swagger());
  addMetrics(app, name, metrics);
  return { app, health: addHealth(app, checks) };
}

function addMetrics(app: ServiceApp, name: string, registry: Registry): void {
  registry.setDefaultLabels({ service: name });
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    duration.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });
  app.get('/metrics', KIT_ROUTE, async (_request, reply) => {
    return await reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}
