import type { Tracing } from './trace.ts';

/**
 * Tracing by OpenTelemetry's variables; null without an endpoint, and then nothing of it is even loaded. Rejects when a
 * variable is wrong.
 */
export async function startTracing(env: Record<string, string | undefined>): Promise<Tracing | null> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return null;
  const { recordRequests } = await import('./record.ts');
  return recordRequests(env);
}
