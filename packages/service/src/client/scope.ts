import { AsyncLocalStorage } from 'node:async_hooks';
import { ServiceError } from '../errors.ts';
import type { ServiceApp } from '../types.ts';

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

const scopes = new AsyncLocalStorage<CallScope>();

/** The scope of the request that is being answered; undefined outside one. */
export function callScope(): CallScope | undefined {
  return scopes.getStore();
}

/** Runs something as if for such a request, e.g. a job on behalf of a user. */
export function inCallScope<T>(scope: CallScope, run: () => T): T {
  return scopes.run(scope, run);
}

/** Milliseconds until the caller of the present request stops waiting; undefined if it waits for ever. */
export function remainingMs(): number | undefined {
  const at = callScope()?.deadlineAt;
  return at === undefined ? undefined : at - performance.now();
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What calls on behalf of this request take over from it; null until it is known. */
    callScope: CallScope | null;
  }
}

/**
 * Makes requests of this app carry their deadline, token and id into the calls that they lead to, and refuses those whose
 * caller has stopped waiting: on arrival, and again when body and checks have taken the rest of the time.
 */
export function carryScope(app: ServiceApp): void {
  app.decorateRequest('callScope', null);
  app.addHook('onRequest', (request, reply, done) => {
    const given = readDeadline(request.headers[DEADLINE_HEADER]);
    if (given === 0) return done(deadlinePassed());
    // Time that the request has already waited here belongs to the caller's wait.
    const deadlineAt = given === undefined ? undefined : performance.now() - reply.elapsedTime + given;
    request.callScope = { deadlineAt, authorization: request.headers.authorization, requestId: request.id };
    scopes.run(request.callScope, done);
  });
  // A body arrives in events of the connection, which know nothing of the request.
  app.addHook('preValidation', (request, _reply, done) =>
    request.callScope ? scopes.run(request.callScope, done) : done(),
  );
  app.addHook('preHandler', (_request, _reply, done) => {
    const left = remainingMs();
    done(left !== undefined && left <= 0 ? deadlinePassed() : undefined);
  });
}

/** A value that is no number says nothing; one of over an hour is as good as none. */
export function readDeadline(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,7}$/.test(header)) return undefined;
  return Math.min(Number(header), 3_600_000);
}

function deadlinePassed(): ServiceError {
  return new ServiceError('DEADLINE_PASSED', 504, 'The caller has stopped waiting, so this was not begun.');
}
