import { type Static, Type } from 'typebox';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** OpenTelemetry's own variables, as far as they are read here. Without an endpoint nothing is recorded. */
export const TelemetryConfig = Type.Object({
  /** A collector's OTLP/HTTP address, e.g. http://localhost:4318; `/v1/traces` is added. */
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://' })),
  /** The full address for traces alone; goes before the other. */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://' })),
  /** `name=value,name=value`, sent with every export; a secret. */
  OTEL_EXPORTER_OTLP_HEADERS: Type.Optional(Type.String()),
  /** Milliseconds for one export, with all its tries. */
  OTEL_EXPORTER_OTLP_TIMEOUT: Type.Integer({ minimum: 1, default: 10_000 }),
  OTEL_TRACES_SAMPLER: Type.Unsafe<(typeof SAMPLERS)[number]>({
    type: 'string',
    enum: [...SAMPLERS],
    default: 'parentbased_traceidratio',
  }),
  /** The share of traces that begin here and are recorded. Those that began elsewhere keep to what was decided there. */
  OTEL_TRACES_SAMPLER_ARG: Type.Number({ minimum: 0, maximum: 1, default: 0.1 }),
  /** How many of them at most in a second, in each process, if it is a share. 0: no limit. */
  TRACES_PER_SECOND: Type.Number({ minimum: 0, default: 100 }),
  /** Milliseconds that ended spans wait for others before they are sent. */
  OTEL_BSP_SCHEDULE_DELAY: Type.Integer({ minimum: 1, default: 5000 }),
});
export type TelemetryConfig = Static<typeof TelemetryConfig>;

/** Who asks for all traces that begin here has them all. */
export function tracesPerSecond({
  OTEL_TRACES_SAMPLER: name,
  TRACES_PER_SECOND: most,
}: TelemetryConfig): number {
  return name.endsWith('ratio') && most > 0 ? most : Number.POSITIVE_INFINITY;
}

/** Where traces go; undefined: nowhere. */
export function tracesUrl(config: TelemetryConfig): string | undefined {
  if (config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const base = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  return base && `${base.replace(/\/$/, '')}/v1/traces`;
}

/** Throws nothing: a pair that is none is left out. */
export function exportHeaders(list = ''): Record<string, string> {
  const pairs = list.split(',').map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair));
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1]!, decode(pair[2]!)]] : [])));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
