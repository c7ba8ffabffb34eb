import { randomUUID } from 'node:crypto';
import { type EdgeTelemetry, type Span, SpanStatusCode, startEdgeTelemetry } from '@banyan/service/telemetry';
import type { Mode, Route, Side } from '../../control/route-table.ts';
import type { ErrorCode } from '../../errors.ts';
import { type Forwarded, randomHex } from '../../receive/headers.ts';
import type { AttemptTrace, RequestTrace, Tracing, UpstreamCall } from './trace.ts';

/** Exports this worker's spans by OTLP. Rejects when a variable is wrong. */
export async function recordRequests(env: Record<string, string | undefined>): Promise<Tracing | null> {
  const edge = await startEdgeTelemetry('gateway', randomUUID(), env);
  if (!edge) return null;
  return {
    begin: (forwarded, method, target, route) => begin(edge, forwarded, method, target, route),
    close: () => edge.close(),
  };
}

function begin(
  edge: EdgeTelemetry,
  forwarded: Forwarded,
  method: string,
  target: string,
  route: Route | null,
): RequestTrace | null {
  const { traceparent } = forwarded;
  const continued = traceparent !== '';
  const traceId = continued ? traceparent.slice(3, 35) : randomHex(16);
  const parentId = continued ? traceparent.slice(36, 52) : undefined;
  const decided = continued ? isSampled(traceparent) : undefined;
  if (!edge.sampled(traceId, decided)) {
    // Said aloud: a service that hears nothing would decide anew, and its spans would be a trace without a beginning.
    if (decided !== false) forwarded.traceparent = `00-${traceId}-${parentId ?? randomHex(8)}-00`;
    return null;
  }
  const query = target.indexOf('?');
  const span = edge.begin(traceId, parentId, route === null ? method : `${method} ${route.path}`, {
    'http.request.method': method,
    // Without its query, which may hold what is secret.
    'url.path': query === -1 ? target : target.slice(0, query),
    'banyan.request_id': forwarded.requestId,
    ...(route === null ? {} : { 'http.route': route.path, 'banyan.service': route.service }),
  });
  forwarded.traceparent = traceparentOf(span);
  return new RecordedRequest(edge, span);
}

class RecordedRequest implements RequestTrace {
  readonly #edge: EdgeTelemetry;
  readonly #span: Span;

  constructor(edge: EdgeTelemetry, span: Span) {
    this.#edge = edge;
    this.#span = span;
  }

  decided(mode: Mode, side: Side, cohort: Side | null): void {
    this.#span.setAttributes({
      'banyan.mode': mode,
      'banyan.side': side,
      ...(cohort === null ? {} : { 'banyan.cohort': cohort }),
    });
  }

  held(ms: number): void {
    this.#span.setAttribute('banyan.held_ms', ms);
  }

  rescued(side: Side): void {
    this.#span.setAttribute('banyan.rescued_by', side);
  }

  refused(code: ErrorCode): void {
    this.#span.setAttribute('banyan.problem', code);
  }

  attempt({ side, upstream, url, method, resends, shadow }: UpstreamCall): AttemptTrace {
    const { hostname, port } = new URL(url);
    const span = this.#edge.call(this.#span, `${method} ${upstream}`, {
      'http.request.method': method,
      'server.address': hostname,
      'server.port': Number(port || 80),
      'peer.service': upstream,
      'banyan.side': side,
      ...(resends === 0 ? {} : { 'http.request.resend_count': resends }),
      ...(shadow ? { 'banyan.shadow': true } : {}),
    });
    return new RecordedAttempt(span);
  }

  ended(status: number | null): void {
    if (status === null) this.#span.setAttribute('error.type', 'client-gone');
    else endWith(this.#span, status);
    this.#span.end();
  }
}

class RecordedAttempt implements AttemptTrace {
  readonly traceparent: string;
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
    this.traceparent = traceparentOf(span);
  }

  answered(status: number): void {
    endWith(this.#span, status);
  }

  ended(): void {
    this.#span.end();
  }

  failed(code: string): void {
    this.#span.setAttribute('error.type', code);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}

function endWith(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Spans are made of recorded traces only. */
function traceparentOf(span: Span): string {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

function isSampled(traceparent: string): boolean {
  return (Number.parseInt(traceparent.slice(53, 55), 16) & 1) === 1;
}
