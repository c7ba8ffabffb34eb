import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import { type Answer, ServiceError } from './errors.ts';
import { mediaOf } from './media.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Statuses of the route's own errors, for the OpenAPI. What the kit refuses by itself need not be named. */
    errors?: readonly number[];
    /** All errors that the OpenAPI names, by `declareErrors`. */
    declared?: readonly DeclaredError[];
  }
}

/** `url`: path and query of the request. */
type ToAnswer = (error: unknown, requestId: string, url: string) => Answer;

/** `types`: of its body, as this service answers it; empty: it may be answered by somebody in front of it, or before any handler. */
type DeclaredError = { status: number; types: readonly string[] };

const DONE = { 200: { description: STATUS_CODES[200], ...mediaOf('*/*') } };

/** Whoever is in front of a service may limit its callers. */
const TOO_MANY_REQUESTS = 429;
const OF_ALL = [refusal('OVERLOADED', 503), refusal('DEADLINE_PASSED', 504)];
const OF_PRINCIPALS = [
  refusal('UNAUTHENTICATED', 401),
  refusal('FORBIDDEN', 403),
  refusal('TOKEN_UNVERIFIABLE', 503),
];
/** The router's own, before any error handler. */
const URI_TOO_LONG = 414;
const OF_BODIES = [400, 413, 415].map((statusCode) => ({ statusCode, message: '' }));
const OF_SCHEMAS = [{ validation: [], validationContext: 'body', statusCode: 400, message: '' }];

/**
 * Answers what routes of this application (or encapsulated part) throw; 5xx are logged with their cause. Comes before
 * the routes: the OpenAPI names the statuses that `toAnswer` makes of the kit's own errors.
 */
export function answerErrors(app: FastifyInstance, toAnswer: ToAnswer): void {
  declareErrors(app, toAnswer);
  app.setErrorHandler(async (error, request, reply) => {
    const { status, headers = {}, body } = toAnswer(error, request.id, request.url);
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    return await reply.code(status).headers(headers).send(body);
  });
}

/** Names the errors of each route: the kit's own in the words of `toAnswer`, and those of `config.errors`. */
function declareErrors(app: FastifyInstance, toAnswer: ToAnswer): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.kit) return;
    const own = kitErrorsOf(route).map((error) => toAnswer(error, '', ''));
    const stated = (route.config?.errors ?? []).map((status) => ({ status }));
    const unseen = [TOO_MANY_REQUESTS, ...(route.schema?.params ? [URI_TOO_LONG] : [])];
    // What a route throws of its own may be an error of the service's table, or one that the scope has words of its own for.
    const types = [...own, toAnswer(refusal('', 400), '', '')].map(typeOf);
    const told = [
      ...own.map((answer) => ({ ...answer, types: [typeOf(answer)] })),
      ...stated.map((one) => ({ ...one, types })),
    ];
    route.config = {
      ...route.config,
      declared: merged([...told, ...unseen.map((status) => ({ status, types: [] }))]),
    };
  });
}

function typeOf({ headers }: Answer): string {
  return headers?.['content-type'] ?? 'application/json';
}

/** One for each status, in order. */
function merged(errors: readonly DeclaredError[]): DeclaredError[] {
  const statuses = [...new Set(errors.map(({ status }) => status))].sort();
  return statuses.map((status) => {
    const all = errors.filter((one) => one.status === status);
    // Where somebody else may answer too, nobody can say with what.
    const types = all.some((one) => one.types.length === 0)
      ? []
      : [...new Set(all.flatMap((one) => one.types))];
    return { status, types };
  });
}

/** The schema of a route as the OpenAPI shows it: with its errors, which the route itself need not serialize. */
export function withDeclaredErrors(
  schema: FastifySchema,
  config: { declared?: readonly DeclaredError[] } | undefined,
) {
  if (!config?.declared || schema?.hide) return schema;
  const errors = config.declared.map(({ status, types }) => {
    const media = mediaOf(...(types.length === 0 ? ['*/*'] : types));
    return [status, { description: STATUS_CODES[status] ?? 'Error', ...media }];
  });
  const own = (schema?.response ?? {}) as object;
  // A route that says nothing of its answers has one all the same.
  const good = Object.keys(own).some((status) => Number.parseInt(status, 10) < 400) ? {} : DONE;
  return { ...schema, response: { ...good, ...Object.fromEntries(errors), ...own } };
}

function kitErrorsOf({ schema, config }: RouteOptions): unknown[] {
  const { body, params, querystring, headers } = schema ?? {};
  return [
    ...OF_ALL,
    ...(config?.allow && config.allow !== 'everybody' ? OF_PRINCIPALS : []),
    ...(body ? OF_BODIES : []),
    ...(body || params || querystring || headers ? OF_SCHEMAS : []),
  ];
}

function refusal(code: string, status: number): ServiceError {
  return new ServiceError(code, status, '');
}
