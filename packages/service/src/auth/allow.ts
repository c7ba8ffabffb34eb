import type { FastifyRequest } from 'fastify';
import type { Principal } from './tokens.ts';

/** Whether a principal may make a request: pure, and without the body, which is not read before it is allowed. */
export type Predicate = (
  principal: Principal,
  request: Pick<FastifyRequest, 'params' | 'query' | 'headers'>,
) => boolean;

/** Who may use a route: whoever any of the predicates is true for, or everybody, also without a token. */
export type Allow = 'everybody' | readonly Predicate[];

/** Any user; no service. */
export const signedIn: Predicate = (principal) => principal.service === undefined;

/** The user whom the request is about: `owner('params.id')` is true if that is the subject of the token. */
export function owner(where: `params.${string}` | `query.${string}`): Predicate {
  const [part, name] = where.split(/\.(.*)/s) as ['params' | 'query', string];
  return (principal, request) => {
    const value = (request[part] as Record<string, unknown> | undefined)?.[name];
    return signedIn(principal, request) && value !== undefined && String(value) === principal.subject;
  };
}

/** A user with this role. */
export function role(name: string): Predicate {
  return (principal) => principal.service === undefined && principal.role === name;
}

/** One of these services; without names any service. */
export function service(...names: string[]): Predicate {
  return ({ service: caller }) => caller !== undefined && (names.length === 0 || names.includes(caller));
}
