import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Control, ControlError } from '../control/control.ts';
import type { FlagFeed } from '../settings/feed.ts';
import type { Settings } from '../settings/settings.ts';
import { describeApi } from './openapi.ts';
import { apiError, PROBLEM_TYPE, toProblem } from './problem.ts';
import { addRoutes } from './routes.ts';
import { serviceOfToken } from './service-token.ts';
import { addSettingsRoutes } from './settings-routes.ts';

export type ApiOptions = {
  /** Address to listen on. */
  host: string;
  /** 0: any free port. */
  port: number;
  /** Wanted as bearer token by everything but /health. */
  token: string;
  /** Text of GET /metrics in the Prometheus format; without it the endpoint is not there. */
  metrics?: () => Promise<string>;
  /** Flags and configuration of services; without them their endpoints are not there. */
  settings?: { store: Settings; feed: FlagFeed };
  log?: FastifyBaseLogger;
};

export type Api = { url: string; port: number; close(): Promise<void> };

/** Serves a control plane over HTTP. Resolves when it listens. */
export async function serveApi(control: Control, options: ApiOptions): Promise<Api> {
  const app = Fastify({
    ...(options.log
      ? { loggerInstance: options.log, logController: new LogController({ disableRequestLogging: true }) }
      : {}),
    bodyLimit: 65_536,
    forceCloseConnections: true,
  });
  app.setValidatorCompiler(({ schema, httpPart }) => validatorOf(schema as TSchema, httpPart));
  app.setSerializerCompiler(() => JSON.stringify);
  readJsonBodies(app);
  answerProblems(app);
  const describe = describeApi(app);
  addHealth(app, control);
  await app.register(async (guarded) => {
    guarded.addHook('onRequest', demandToken(options.token));
    guarded.setNotFoundHandler((request) => {
      throw apiError('no_such_endpoint', `there is no ${request.method} ${request.url.split('?')[0]}`);
    });
    addRoutes(guarded, control);
    guarded.get('/openapi.json', async () => describe());
    const { metrics, settings } = options;
    if (settings) addSettingsRoutes(guarded, settings.store, settings.feed);
    if (metrics) {
      guarded.get('/metrics', async (_request, reply) =>
        reply.type('text/plain; version=0.0.4').send(await metrics()),
      );
    }
  });
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, port, close: () => app.close() };
}

function addHealth(app: FastifyInstance, control: Control): void {
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (request, reply) => {
    try {
      await control.status();
      return { status: 'ok' };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready');
      return reply.code(503).send({ status: 'unavailable' });
    }
  });
}

/**
 * The operator's token opens everything, a service's own only what is made for services, and there only what is its own.
 * Compares digests, so that neither content nor length of the token shows in the time it takes.
 */
function demandToken(token: string): (request: FastifyRequest) => Promise<void> {
  const wanted = digest(token);
  return async ({ headers, routeOptions, params }) => {
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined) throw apiError('unauthorized', 'a bearer token is needed');
    if (timingSafeEqual(digest(given), wanted)) return;
    const service = serviceOfToken(token, given);
    if (service === undefined) throw apiError('unauthorized', 'the bearer token is not the right one');
    const { forServices } = routeOptions.config as { forServices?: boolean };
    const whose = (params as { service?: string } | undefined)?.service ?? service;
    if (!forServices || whose !== service)
      throw apiError('forbidden', `this is not for the service ${service}`);
  };
}

/** Queries and path parameters arrive as text and are converted; bodies are taken as they are. */
function validatorOf(schema: TSchema, httpPart: string | undefined) {
  const check = Compile(schema);
  return (data: unknown) => {
    const given = data ?? {};
    const value = httpPart === 'body' ? given : check.Convert({ ...given });
    if (check.Check(value)) return { value };
    const complaints = check
      .Errors(value)
      .filter(({ schemaPath }) => !schemaPath.endsWith('/additionalProperties'))
      .map(({ instancePath, message, params }) => {
        const extra = (params as { additionalProperties?: string[] }).additionalProperties;
        return `${instancePath || httpPart} ${message}${extra ? `: ${extra.join(', ')}` : ''}`;
      });
    return { error: apiError('bad_request', complaints.join('; ')) };
  };
}

/** An absent body counts as {}, also when the client says that it is JSON. */
function readJsonBodies(app: FastifyInstance): void {
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, {});
    try {
      done(null, JSON.parse(body as string));
    } catch (error) {
      done(apiError('bad_request', `the body is not JSON: ${(error as Error).message}`));
    }
  });
}

function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | ControlError, request, reply) => {
    const told = tell(error);
    if (told.status >= 500) request.log.error({ err: error }, 'request failed');
    if (told.status === 401) reply.header('www-authenticate', 'Bearer realm="banyan"');
    return reply
      .code(told.status)
      .type(PROBLEM_TYPE)
      .send(JSON.stringify(toProblem(told)));
  });
}

/** What a client may know of an error: all of ours, the gist of the framework's, nothing of what is unforeseen. */
function tell(error: FastifyError | ControlError): ControlError {
  if (error instanceof ControlError) return error;
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return new ControlError('bad_request', status, error.message, 'see GET /openapi.json');
  return apiError('internal', 'the control plane failed to answer');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
