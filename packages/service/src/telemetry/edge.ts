import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { readConfig } from '../config/config.ts';
import { TelemetryConfig, tracesPerSecond, tracesUrl } from './config.ts';
import { isParentBased, rootShare } from './telemetry.ts';
import { limitTraces } from './trace-limit.ts';
import { isChosen, TraceIds, wordsOf } from './unrecorded.ts';

export { type Attributes, type Span, SpanKind, SpanStatusCode };

/**
 * Tracing for whoever stands where traces begin and has no time to lose: it asks first whether a trace is recorded, and
 * makes spans only of those that are.
 */
export type EdgeTelemetry = {
  /** Is this trace recorded? `parent`: what was decided where it began; undefined if it begins here. Makes nothing. */
  sampled(traceId: string, parent: boolean | undefined): boolean;
  /** The first span here of a trace that is recorded; `parentId`: the span that it continues. */
  begin(traceId: string, parentId: string | undefined, name: string, attributes: Attributes): Span;
  /** A call made in the course of `parent`. */
  call(parent: Span, name: string, attributes: Attributes): Span;
  /** Sends what is still to be sent. Never throws. */
  close(): Promise<void>;
};

/** By OTEL_* variables; undefined without an endpoint. Rejects with `ConfigError`. */
export async function startEdgeTelemetry(
  service: string,
  instance: string,
  env: Record<string, string | undefined>,
): Promise<EdgeTelemetry | undefined> {
  const config = readConfig(TelemetryConfig, env);
  const { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  const url = tracesUrl(config);
  if (!url) return undefined;
  // All has been decided, with the trace's id at hand, before the tracer makes a span.
  const share = rootShare(name, ratio);
  const byParent = isParentBased(name);
  const limit = limitTraces(tracesPerSecond(config));
  const ids = new TraceIds();
  const { startExport } = await import('./export.ts');
  const { tracer, close } = startExport({ service, instance, url, config, ids });
  return {
    sampled(traceId, parent) {
      if (byParent && parent !== undefined) return parent;
      return isChosen(wordsOf(traceId), share) && (parent !== undefined || limit());
    },
    begin(traceId, parentId, spanName, attributes) {
      ids.next = traceId;
      const options = { kind: SpanKind.SERVER, attributes };
      if (parentId === undefined) return tracer.startSpan(spanName, options, ROOT_CONTEXT);
      const from: SpanContext = { traceId, spanId: parentId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
      return tracer.startSpan(spanName, options, trace.setSpanContext(ROOT_CONTEXT, from));
    },
    call: (parent, spanName, attributes) =>
      tracer.startSpan(spanName, { kind: SpanKind.CLIENT, attributes }, trace.setSpan(ROOT_CONTEXT, parent)),
    close,
  };
}
