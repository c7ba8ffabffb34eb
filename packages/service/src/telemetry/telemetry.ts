import { type Context, context, propagation, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { exportHeaders, type TelemetryConfig, tracesUrl } from './config.ts';
import { contextOf } from './trace.ts';

export type Telemetry = {
  /** Undefined when traces go nowhere. Trace ids are passed on all the same. */
  tracer: Tracer | undefined;
  /** What everything that the service does begins in. */
  base: Context;
  /** Sends what is still to be sent. Never throws: a collector that is away must not keep a service from stopping. */
  close(): Promise<void>;
};

/** Sets up tracing of one service of this process. */
export function startTelemetry(service: string, instance: string, config: TelemetryConfig): Telemetry {
  carryContexts();
  const url = tracesUrl(config);
  if (!url) return { tracer: undefined, base: contextOf(undefined), close: async () => {} };
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }),
    sampler: samplerOf(config),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({
          url,
          headers: exportHeaders(config.OTEL_EXPORTER_OTLP_HEADERS),
          timeoutMillis: config.OTEL_EXPORTER_OTLP_TIMEOUT,
        }),
        scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
      }),
    ],
  });
  const tracer = provider.getTracer('banyan');
  return { tracer, base: contextOf(tracer), close: () => provider.shutdown().catch(() => {}) };
}

let carried = false;

/** Contexts follow asynchronous calls, and W3C headers carry them to other processes. Once per process. */
function carryContexts(): void {
  if (carried) return;
  carried = true;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: TelemetryConfig): Sampler {
  const byParent = name.startsWith('parentbased_');
  const root = rootSampler(name.replace('parentbased_', ''), ratio);
  return byParent ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  return new TraceIdRatioBasedSampler(ratio);
}
