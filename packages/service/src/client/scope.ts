import { type Context, context, createContextKey } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { ServiceError } from '../http/errors.ts';
import type { ServiceApp } from '../http/types.ts';
import { carryContexts } from '../telemetry/carry.ts';

/** How many whole milliseconds the caller still waits. Relative, because clocks of machines differ. */
export const DEADLINE_HEADER = 'x-request-deadline-ms';

/** What calls made on behalf of a request take over from it. */
export type CallScope = {
  /** When its caller stops waiting, by `performance.now()`; undefined if it did not say. */
  deadlineAt: number | undefined;
  /** Its `Authorization` header. */
  authorization: string | undefined;
  requestId: string | undefined;
};

/** The scope of the request that is being answered; undefined outside one. */
export function callScope(): CallScope | undefined {
  return scopeIn(context.active());
}

/** Runs something as if for such a request, e.g. a job on behalf of a user. */
export function inCallScope<T>(scope: CallScope, run: () => T): T {
  carryContexts();
  return context.with(context.active().setValue(SCOPE, scope), run);
}

/** Milliseconds until the caller of the present request stops waiting; undefined if it waits for ever. */
export function remainingMs(): number | undefined {
  const at = callScope()?.deadlineAt;
  return at === undefined ? undefined : at - performance.now();
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request is handled in, with its `CallScope`; null outside routes of the service. */
    callContext: Context | null;
  }
}

/** The context that a request begins in. */
export type BeginRequest = (request: FastifyRequest, route: Pick<RouteOptions, 'url'>) => Context;

/**
 * Makes requests carry their deadline, token and id into the calls that they lead to, and refuses those whose caller has
 * stopped waiting: on arrival, and again when body and checks have taken the rest of the time. For the routes that are
 * registered afterwards, those of the kit left out.
 */
export function carryScope(app: ServiceApp, begin: BeginRequest = () => context.active()): void {
  carryContexts();
  app.decorateRequest('callContext', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.kit) return;
    const { url } = route;
    // One context with all in it: each that is entered costs as much as most of what the kit does.
    route.onRequest = [
      (request, reply, done) => {
        const scope = scopeOf(request, reply);
        request.callContext = begin(request, { url }).setValue(SCOPE, scope);
        context.with(request.callContext, done, undefined, passed(scope));
      },
      ...listOf(route.onRequest),
    ];
    // A body arrives in events of the connection, which know nothing of the request.
    if (route.method !== 'GET' && route.method !== 'HEAD') {
      route.preValidation = [
        (request, _reply, done) => (request.callContext ? context.with(request.callContext, done) : done()),
        ...listOf(route.preValidation),
      ];
    }
    route.preHandler = [
      (request, _reply, done) => done(request.callContext ? passed(scopeIn(request.callContext)) : undefined),
      ...listOf(route.preHandler),
    ];
  });
}

/** A value that is no number says nothing; one of over an hour is as good as none. */
export function readDeadline(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,7}$/.test(header)) return undefined;
  return Math.min(Number(header), 3_600_000);
}

const SCOPE = createContextKey('banyan.call-scope');

function scopeIn(within: Context): CallScope | undefined {
  return within.getValue(SCOPE) as CallScope | undefined;
}

function scopeOf(request: FastifyRequest, reply: Pick<FastifyReply, 'elapsedTime'>): CallScope {
  const given = readDeadline(request.headers[DEADLINE_HEADER]);
  return {
    // Time that the request has already waited here belongs to the caller's wait.
    deadlineAt: given === undefined ? undefined : performance.now() - reply.elapsedTime + given,
    authorization: request.headers.authorization,
    requestId: request.id,
  };
}

/** An error if the caller has stopped waiting. */
function passed(scope: CallScope | undefined): ServiceError | undefined {
  const at = scope?.deadlineAt;
  if (at === undefined || at > performance.now()) return undefined;
  return new ServiceError('DEADLINE_PASSED', 504, 'The caller has stopped waiting, so this was not begun.');
}

function listOf<Hook>(hooks: Hook | Hook[] | undefined): Hook[] {
  if (hooks === undefined) return [];
  return Array.isArray(hooks) ? hooks : [hooks];
}
