import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyRequest, RouteOptions } from 'fastify';
import type { ServiceApp } from '../types.ts';
import type { Telemetry } from './telemetry.ts';

/** Set by the gateway for whoever is in a cohort; becomes baggage, so that it goes wherever the trace goes. */
export const COHORT_HEADER = 'x-banyan-cohort';

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request is traced in; null outside routes of the service. */
    traceContext: ReturnType<typeof context.active> | null;
  }
}

/**
 * Handles each request in the context that its headers name (W3C trace context, baggage, cohort) and, where traces go
 * somewhere, in a server span. Routes of the kit itself are left out.
 */
export function traceRequests(app: ServiceApp, telemetry: Telemetry): void {
  app.decorateRequest('traceContext', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.kit) return;
    const begin = beginOf(route, telemetry);
    route.onRequest = [
      (request, _reply, done) => {
        const from = begin(request);
        if (!from) return done();
        request.traceContext = from;
        return context.with(from, done);
      },
      ...listOf(route.onRequest),
    ];
    // A body arrives in events of the connection, which know nothing of the request's context.
    if (route.method !== 'GET' && route.method !== 'HEAD') {
      route.preValidation = [
        (request, _reply, done) => (request.traceContext ? context.with(request.traceContext, done) : done()),
        ...listOf(route.preValidation),
      ];
    }
    if (!telemetry.tracer) return;
    route.onResponse = [
      (request, reply, done) => {
        const span = request.traceContext && trace.getSpan(request.traceContext);
        if (span?.isRecording()) endSpan(span, reply.statusCode);
        done();
      },
      ...listOf(route.onResponse),
    ];
  });
}

function beginOf({ url }: RouteOptions, { tracer, base }: Telemetry) {
  return (request: FastifyRequest): ReturnType<typeof context.active> | undefined => {
    const { headers } = request;
    const cohort = headers[COHORT_HEADER];
    let from = base;
    if (headers.traceparent !== undefined || headers.baggage !== undefined) {
      from = propagation.extract(from, headers);
    }
    if (typeof cohort === 'string') {
      const baggage = propagation.getBaggage(from) ?? propagation.createBaggage();
      from = propagation.setBaggage(from, baggage.setEntry('cohort', { value: cohort }));
    }
    if (!tracer) return from === base ? undefined : from;
    const span = tracer.startSpan(`${request.method} ${url}`, { kind: SpanKind.SERVER }, from);
    if (span.isRecording()) {
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

function endSpan(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function listOf<Hook>(hooks: Hook | Hook[] | undefined): Hook[] {
  if (hooks === undefined) return [];
  return Array.isArray(hooks) ? hooks : [hooks];
}
