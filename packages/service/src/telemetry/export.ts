import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { exportHeaders, type TelemetryConfig } from './config.ts';
import type { TraceIds } from './unrecorded.ts';

/**
 * A tracer whose spans are sent to `url`, and what sends the last of them. It records all that it is asked for: whether a trace
 * is recorded has been decided before.
 */
export function startExport({
  service,
  instance,
  url,
  config,
  ids,
}: {
  service: string;
  instance: string;
  url: string;
  config: TelemetryConfig;
  ids: TraceIds;
}): { tracer: Tracer; close: () => Promise<void> } {
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
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
