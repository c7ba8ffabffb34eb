import type { FastifyRequest } from 'fastify';
import { defineErrors } from '../http/errors.ts';
import type { ServiceApp } from '../http/types.ts';
import type { Allow, Predicate } from './allow.ts';
import { bearerToken, type Principal, TokenError, type TokenVerifier } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token the request bears; null on routes that allow everybody. */
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** Who may use the route. Every route of a service with `auth` says it. */
    allow?: Allow;
    /**
     * What a client must have been allowed to use the route in the name of a user whom it allows, by whether the method is safe.
     * Default: no client may.
     */
    scopes?: RouteScopes;
  }
}

/** Of a client's token: one for GET and HEAD, one for whatever changes something. */
type RouteScopes = { safe: string; unsafe: string };

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'An access token is needed.'],
  INVALID_TOKEN: [401, 'The access token is not valid.'],
  FORBIDDEN: [403, 'The bearer of this token may not do this.'],
  INSUFFICIENT_SCOPE: [403, 'The user has not allowed this client to do this.'],
  TOKEN_UNVERIFIABLE: [503, 'The access token cannot be verified just now. Try again.'],
});

/**
 * Lets only those use a route whom it allows, before its body is read; sets `request.principal`. Throws at start when a
 * route does not say whom it allows: nothing is open by mistake.
 */
export function authenticateRoutes(app: ServiceApp, verifier: TokenVerifier): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    const { allow, kit, scopes } = route.config ?? {};
    if (kit || allow === 'everybody') return;
    if (!allow) throw new TypeError(`${route.method} ${route.url} does not say whom it allows`);
    const own = route.onRequest ?? [];
    route.onRequest = [guardOf(verifier, allow, scopes), ...(Array.isArray(own) ? own : [own])];
  });
}

/** The principal of a request on a route that does not allow everybody. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw errors('UNAUTHENTICATED', { headers: CHALLENGE });
  return request.principal;
}

const CHALLENGE = { 'www-authenticate': 'Bearer' };
const CHALLENGE_AGAIN = { 'www-authenticate': 'Bearer error="invalid_token"' };

function guardOf(verifier: TokenVerifier, allow: readonly Predicate[], scopes: RouteScopes | undefined) {
  const judge = (request: FastifyRequest, principal: Principal) => {
    request.principal = principal;
    if (principal.scopes) {
      const needed = request.method === 'GET' || request.method === 'HEAD' ? scopes?.safe : scopes?.unsafe;
      if (needed === undefined || !principal.scopes.includes(needed)) return beyondScope(needed);
    }
    return allow.some((may) => may(principal, request)) ? undefined : errors('FORBIDDEN');
  };
  // With a callback: the usual case, a token that is known, then needs no promise.
  return (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void) => {
    const token = bearerToken(request.headers.authorization);
    if (!token) return done(errors('UNAUTHENTICATED', { headers: CHALLENGE }));
    const known = verifier.peek(token);
    if (known) return done(judge(request, known));
    verifier.verify(token).then(
      (principal) => done(judge(request, principal)),
      (cause: unknown) => done(refusalOf(cause)),
    );
  };
}

/** RFC 6750, section 3.1. Where no scope would do, none is named. */
function beyondScope(needed: string | undefined): Error {
  const scope = needed === undefined ? '' : `, scope="${needed}"`;
  return errors('INSUFFICIENT_SCOPE', {
    headers: { 'www-authenticate': `Bearer error="insufficient_scope"${scope}` },
  });
}

function refusalOf(cause: unknown): Error {
  return cause instanceof TokenError && cause.reason === 'unverifiable'
    ? errors('TOKEN_UNVERIFIABLE', { headers: { 'retry-after': '1' }, cause })
    : errors('INVALID_TOKEN', { headers: CHALLENGE_AGAIN, cause });
}
