import { randomUUID } from 'node:crypto';
import type { TraceCarrier } from '../telemetry/trace.ts';
import { CallError } from './errors.ts';
import type { Operation } from './operation.ts';
import { type CallScope, DEADLINE_HEADER } from './scope.ts';

export type Input = {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
};

/** Path and query of a call. Throws `CallError` BAD_INPUT for a parameter that would change which route is meant. */
export function composePath(name: string, operation: Operation, { params = {}, query }: Input): string {
  const path = operation.path.replace(/:(\w+)/g, (_whole, param: string) => {
    const value = params[param];
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    // Dots cannot be escaped in a path: what stands behind them is for the receiver to decide.
    if (text === '' || text === '.' || text === '..') {
      throw new CallError('BAD_INPUT', {
        service: operation.service,
        operation: name,
        reason: `parameter ${param} is empty or only dots`,
      });
    }
    return encodeURIComponent(text);
  });
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) search.append(key, String(each));
    }
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

/** Headers that are the same at every attempt of a call; the deadline is not. */
export function composeHeaders({
  operation,
  hasBody,
  idempotencyKey,
  authorization,
  scope,
  trace,
}: {
  operation: Operation;
  hasBody: boolean;
  idempotencyKey: string | undefined;
  authorization: string | undefined;
  scope: CallScope | undefined;
  trace: TraceCarrier;
}): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (hasBody) headers['content-type'] = 'application/json';
  if (authorization !== undefined) headers.authorization = authorization;
  if (scope?.requestId !== undefined) headers['x-request-id'] = scope.requestId;
  // The same at each attempt. A fresh one does no harm to a service that knows no keys.
  if (operation.method === 'POST') headers['idempotency-key'] = idempotencyKey ?? randomUUID();
  return Object.assign(headers, trace);
}

/** Rounded up: a caller with half a millisecond left has not stopped waiting. */
export function withDeadline(headers: Record<string, string>, remainingMs: number): Record<string, string> {
  return { ...headers, [DEADLINE_HEADER]: String(Math.max(1, Math.ceil(remainingMs))) };
}
