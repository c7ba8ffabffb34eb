import type { Context } from '@opentelemetry/api';
import { carryContexts } from './carry.ts';
import { type TelemetryConfig, tracesPerSecond, tracesUrl } from './config.ts';
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
export async function startTelemetry(
  service: string,
  instance: string,
  config: TelemetryConfig,
): Promise<Telemetry> {
  carryContexts();
  const url = tracesUrl(config);
  if (!url) return { tracer: undefined, base: contextOf(undefined), close: async () => {} };
  const { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  const ids = new TraceIds();
  // OpenTelemetry's SDK is a tenth of a second of a start.
  const { startExport } = await import('./export.ts');
  const { tracer: sdk, close } = startExport({ service, instance, url, config, ids });
  const tracer = createStarter(sdk, {
    ids,
    share: rootShare(name, ratio),
    byParent: isParentBased(name),
    limit: limitTraces(tracesPerSecond(config)),
  });
  return { tracer, base: contextOf(tracer), close };
}

export function isParentBased(name: TelemetryConfig['OTEL_TRACES_SAMPLER']): boolean {
  return name.startsWith('parentbased_');
}

/** How much is recorded of the traces that begin here, from 0 to 1. */
export function rootShare(sampler: TelemetryConfig['OTEL_TRACES_SAMPLER'], ratio: number): number {
  if (sampler.endsWith('always_on')) return 1;
  return sampler.endsWith('always_off') ? 0 : ratio;
}
