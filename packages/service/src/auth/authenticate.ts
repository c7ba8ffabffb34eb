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
  }
}

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'An access token is needed.'],
  INVALID_TOKEN: [401, 'The access token is not valid.'],
  FORBIDDEN: [403, 'The bearer of this token may not do this.'],
  TOKEN_UNVERIFIABLE: [503, 'The access token cannot be verified just now. Try again.'],
});

/**
 * Lets only those use a route whom it allows, before its body is read; sets `request.principal`. Throws at start when a
 * route does not say whom it allows: nothing is open by mistake.
 */
export function authenticateRoutes(app: ServiceApp, verifier: TokenVerifier): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    const { allow, kit } = route.config ?? {};
    if (kit || allow === 'everybody') return;
    if (!allow) throw new TypeError(`${route.method} ${route.url} does not say whom it allows`);
    const own = route.onRequest ?? [];
    route.onRequest = [guardOf(verifier, allow), ...(Array.isArray(own) ? own : [own])];
  });
}

/** The principal of a request on a route that does not allow everybody. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw errors('UNAUTHENTICATED', { headers: CHALLENGE });
  return request.principal;
}

const CHALLENGE = { 'www-authenticate': 'Bearer' };
const CHALLENGE_AGAIN = { 'www-authenticate': 'Bearer error="invalid_token"' };

function guardOf(verifier: TokenVerifier, allow: readonly Predicate[]) {
  const judge = (request: FastifyRequest, principal: Principal) => {
    request.principal = principal;
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

function refusalOf(cause: unknown): Error {
  return cause instanceof TokenError && cause.reason === 'unverifiable'
    ? errors('TOKEN_UNVERIFIABLE', { headers: { 'retry-after': '1' }, cause })
    : errors('INVALID_TOKEN', { headers: CHALLENGE_AGAIN, cause });
}
