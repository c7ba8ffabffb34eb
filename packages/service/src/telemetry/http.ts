import { type Context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import type { BeginRequest } from '../client/scope.ts';
import type { ServiceApp } from '../http/types.ts';
import type { Telemetry } from './telemetry.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The span of a request that is recorded; null for all others. */
    span: Span | null;
  }
}

/**
 * The context that a request's headers name (W3C trace context, baggage) and, where traces go somewhere, a server span in
 * it, which ends with the request. Routes of the kit itself are left out. For `carryScope`.
 */
export function traceRequests(app: ServiceApp, { tracer, base }: Telemetry): BeginRequest {
  if (!tracer) return (request) => contextIn(base, request);
  app.decorateRequest('span', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.kit) return;
    const own = route.onResponse ?? [];
    route.onResponse = [
      (request, reply, done) => {
        if (request.span) endSpan(request.span, reply.statusCode);
        done();
      },
      ...(Array.isArray(own) ? own : [own]),
    ];
  });
  return (request, { url }) => {
    const from = contextIn(base, request);
    const span = tracer.startSpan(`${request.method} ${url}`, SERVER, from);
    if (span.isRecording()) {
      request.span = span;
      span.setAttributes({
        'http.request.method': request.method,
        'http.route': url,
        // Without its query, which may hold what is secret.
        'url.path': request.url.split('?', 1)[0]!,
        'banyan.request_id': request.id,
      });
    }
    return trace.setSpan(from, span);
  };
}

const SERVER = Object.freeze({ kind: SpanKind.SERVER });

function contextIn(base: Context, { headers }: FastifyRequest): Context {
  const named = headers.traceparent !== undefined || headers.baggage !== undefined;
  return named ? propagation.extract(base, headers) : base;
}

function endSpan(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
