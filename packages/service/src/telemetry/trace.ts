import {
  type Context,
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { ChainedContext } from './carry.ts';
import type { SpanStarter } from './unrecorded.ts';

/** What travels with a call or a message so that its receiver goes on with the same trace (W3C) and the same cohort. */
export type TraceCarrier = { traceparent?: string; tracestate?: string; baggage?: string };

/** The carrier of what runs now; empty outside a trace. */
export function traceCarrier(): TraceCarrier {
  const carrier: TraceCarrier = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/**
 * Runs `run` in a span: child of what runs now or, with `parent`, of what a carrier brought from elsewhere. An error ends
 * it as failed and is thrown on. Costs next to nothing when no exporter is set up.
 */
export async function inSpan<T>(
  name: string,
  { parent, ...options }: SpanOptions & { parent?: TraceCarrier },
  run: (span: Span) => Promise<T>,
): Promise<T> {
  const active = context.active();
  const tracer = tracerOf(active);
  const from = parent ? propagation.extract(withoutTrace(active), parent) : active;
  const span = (tracer ?? WITHOUT_SERVICE).startSpan(name, options, from);
  return await context.with(trace.setSpan(from, span), async () => {
    try {
      return await run(span);
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The user's cohort as the gateway decided it, from the baggage of what runs now. */
export function currentCohort(): string | undefined {
  return propagation.getActiveBaggage()?.getEntry('cohort')?.value;
}

function failSpan(span: Span, error: unknown): void {
  span.recordException(error as Error);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/**
 * An empty context in which spans are those of a service's own tracer: each service names itself in what it exports, even
 * where several run in one process.
 */
export function contextOf(tracer: SpanStarter | undefined): Context {
  return new ChainedContext(ROOT_CONTEXT, TRACER, tracer);
}

export function tracerOf(active: Context): SpanStarter | undefined {
  return active.getValue(TRACER) as SpanStarter | undefined;
}

/** Still the same service, and the same request's deadline. */
function withoutTrace(active: Context): Context {
  return propagation.deleteBaggage(trace.deleteSpan(active));
}

const TRACER = createContextKey('banyan.tracer');
const WITHOUT_SERVICE = trace.getTracer('banyan');

export { SpanKind };
