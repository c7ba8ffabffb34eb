import type { Context, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  TracerProvider,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';
import { carryContexts } from './carry.ts';
import { exportHeaders, type TelemetryConfig, tracesPerSecond, tracesUrl } from './config.ts';
import { contextOf } from './trace.ts';
import { limitTraces } from './trace-limit.ts';
import { createStarter, type SpanStarter, TraceIds } from './unrecorded.ts';

export type Telemetry = {
  /** Undefined when traces go nowhere. Trace ids are passed on all the same. */
  tracer: SpanStarter | undefined;
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
  const { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  const ids = new TraceIds();
  const recording = { sampler: new AlwaysOnSampler(), idGenerator: ids };
  const { tracer: sdk, close } = startExport(service, instance, url, config, recording);
  const tracer = createStarter(sdk, {
    ids,
    share: rootShare(name, ratio),
    byParent: isParentBased(name),
    limit: limitTraces(tracesPerSecond(config)),
  });
  return { tracer, base: contextOf(tracer), close };
}

/** A tracer whose spans are sent to `url`, and what sends the last of them. */
export function startExport(
  service: string,
  instance: string,
  url: string,
  config: TelemetryConfig,
  options: Pick<TracerProviderOptions, 'sampler' | 'idGenerator'>,
): { tracer: Tracer; close: () => Promise<void> } {
  const provider = new TracerProvider({
    ...options,
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }),
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
  return { tracer: provider.getTracer('banyan'), close: () => provider.shutdown().catch(() => {}) };
}

export function isParentBased(name: TelemetryConfig['OTEL_TRACES_SAMPLER']): boolean {
  return name.startsWith('parentbased_');
}

/** How much is recorded of the traces that begin here, from 0 to 1. */
export function rootShare(sampler: TelemetryConfig['OTEL_TRACES_SAMPLER'], ratio: number): number {
  if (sampler.endsWith('always_on')) return 1;
  return sampler.endsWith('always_off') ? 0 : ratio;
}
