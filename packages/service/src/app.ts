import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import Fastify, { LogController } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { answerErrors, problemAnswer } from './errors.ts';
import type { ServiceApp, TypeBoxTypeProvider } from './types.ts';

/**
 * The HTTP side of a service: request ids, problem documents, /health/live, /health/ready, /metrics, /openapi.json.
 * `ready` rejects while requests would fail.
 */
export async function createApp({
  name,
  logLevel,
  ready,
}: {
  name: string;
  logLevel: string;
  ready: () => Promise<unknown>;
}): Promise<ServiceApp> {
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
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  addHealth(app, ready);
  addMetrics(app, name);
  return app;
}

function addHealth(app: ServiceApp, ready: () => Promise<unknown>): void {
  app.get('/health/live', { schema: { hide: true } }, async () => ({ status: 'alive' }));
  app.get('/health/ready', { schema: { hide: true } }, async (request, reply) => {
    try {
      await ready();
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready');
      return await reply.code(503).send({ status: 'unready' });
    }
  });
}

function addMetrics(app: ServiceApp, name: string): void {
  const registry = new Registry();
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
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    return await reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}
