import { STATUS_CODES } from 'node:http';
import type { FastifySchema } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Statuses of the route's own errors, for the OpenAPI. */
    errors?: readonly number[];
  }
}

/** Whoever is in front may limit clients, or find nobody to ask. */
const OF_ALL = [429, 503];
const OF_BODIES = [413];
/** A parameter too long for any path. */
const OF_PATHS = [414];

/** The schema of a route as the OpenAPI shows it: with the statuses of errors, which the route itself need not serialize. */
export function withErrors(
  schema: FastifySchema,
  invalidStatus: number,
  errors: readonly number[] = [],
): FastifySchema {
  if (schema?.hide) return schema;
  const { body, params, querystring, response } = schema ?? {};
  const statuses = [
    ...errors,
    ...OF_ALL,
    ...(body || params || querystring ? [invalidStatus] : []),
    ...(body ? OF_BODIES : []),
    ...(params ? OF_PATHS : []),
  ];
  const described = statuses.map((status) => [status, { description: STATUS_CODES[status] ?? 'Error' }]);
  return { ...schema, response: { ...Object.fromEntries(described), ...(response as object | undefined) } };
}
