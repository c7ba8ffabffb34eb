import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import Fastify, { LogController } from 'fastify';
import type { Registry } from 'prom-client';
import { addMetrics } from '../metrics/requests.ts';
import { loggerOptions, makeRequestLoggersLazy } from '../telemetry/logging.ts';
import { answerErrors, withDeclaredErrors } from './answers.ts';
import { endConnectionsWhenClosing } from './closing.ts';
import { problemAnswer } from './errors.ts';
import { addHealth, type Checks, type Health, KIT_ROUTE } from './health.ts';
import { limitJsonDepth } from './json-body.ts';
import { isKnownMoment } from './moments.ts';
import type { ServiceApp, TypeBoxTypeProvider } from './types.ts';

/** The HTTP side of a service: request ids, problem documents, health, /metrics, /openapi.json. */
export async function createApp({
  name,
  logLevel,
  checks,
  partial,
  metrics,
}: {
  name: string;
  logLevel: string;
  checks: Checks;
  partial: Checks;
  metrics: Registry;
}): Promise<{ app: ServiceApp; health: Health }> {
  const app = Fastify({
    logger: loggerOptions(name, logLevel),
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: 'x-request-id',
    genReqId: () => randomUUID(),
    ajv: {
      // A query may say Infinity: with strict numbers Ajv would not hold it against a maximum.
      customOptions: { strictNumbers: false },
      onCreate: (ajv) => {
        const format = ajv.formats['date-time'] as { validate(text: string): boolean };
        const validate = (text: string) => format.validate(text) && isKnownMoment(text);
        ajv.addFormat('date-time', { ...format, validate });
      },
    },
    // While closing, requests on open connections are still answered; the connections end with them.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();
  makeRequestLoggersLazy(app.log);

  const countUnmatched = addMetrics(app, name, metrics);
  endConnectionsWhenClosing(app);
  limitJsonDepth(app);
  // Text is JSON for no route, and a route that takes text says so.
  app.removeContentTypeParser('text/plain');
  answerErrors(app, problemAnswer);
  app.setNotFoundHandler(async (request, reply) => {
    const { status, headers, body } = problemAnswer(
      { statusCode: 404, message: 'No such resource' },
      request.id,
    );
    countUnmatched(request.method, status, reply.elapsedTime);
    return await reply
      .code(status)
      .headers(headers ?? {})
      .send(body);
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  await app.register(swagger, {
    openapi: { info: { title: name, version: '1' } },
    transform: ({ schema, url, route }) => ({ schema: withDeclaredErrors(schema, route.config), url }),
  });
  app.get('/openapi.json', KIT_ROUTE, async () => app.swagger());
  return { app, health: addHealth(app, checks, { partial }) };
}
