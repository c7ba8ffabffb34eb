import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, jaeger } from './programs.ts';
import { freePort, startServer } from './server.ts';

export type Jaeger = {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  otlp: string;
  /** A trace once `enough` says so; throws after a minute, naming the spans that there are. */
  trace(id: string, enough: (trace: ShownTrace) => boolean): Promise<ShownTrace>;
  stop(): Promise<void>;
};

/** As Jaeger's query API answers it, as far as it is looked at here. */
export type ShownTrace = {
  spans: ShownSpan[];
  processes: Record<string, { serviceName: string }>;
  warnings?: string[] | null;
};
export type ShownSpan = {
  traceID: string;
  spanID: string;
  operationName: string;
  processID: string;
  references: { refType: 'CHILD_OF' | 'FOLLOWS_FROM'; traceID: string; spanID: string }[];
  warnings?: string[] | null;
};

const SHOWN_MS = 60_000;

/** Jaeger with OTLP/HTTP in and its query API, spans in memory. */
export async function startJaeger(): Promise<Jaeger> {
  const directory = mkdtempSync(join(tmpdir(), 'banyan-jaeger-'));
  const [otlp, query, grpc] = [await freePort(), await freePort(), await freePort()];
  const config = join(directory, 'jaeger.json');
  writeFileSync(config, JSON.stringify(configOf({ otlp, query, grpc })));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const shown = `http://127.0.0.1:${query}`;
  try {
    const server = await startServer(findProgram(jaeger)!, ['--config', config], `${shown}/api/services`);
    return {
      otlp: `http://127.0.0.1:${otlp}`,
      trace: (id, enough) => traceOnce(`${shown}/api/traces/${id}`, enough),
      stop: () => server.stop().finally(remove),
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function configOf({ otlp, query, grpc }: { otlp: number; query: number; grpc: number }) {
  const at = (port: number) => ({ endpoint: `127.0.0.1:${port}` });
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
    },
    extensions: {
      jaeger_storage: { backends: { mem: { memory: { max_traces: 10_000 } } } },
      jaeger_query: { storage: { traces: 'mem' }, http: at(query), grpc: at(grpc) },
    },
    receivers: { otlp: { protocols: { http: at(otlp) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'mem' } },
  };
}

async function traceOnce(url: string, enough: (trace: ShownTrace) => boolean): Promise<ShownTrace> {
  const limit = performance.now() + SHOWN_MS;
  for (;;) {
    // 404 as long as it knows nothing of it.
    const answer = await fetch(url);
    const { data } = answer.ok ? ((await answer.json()) as { data: ShownTrace[] }) : { data: [] };
    const [trace] = data;
    if (trace && enough(trace)) return trace;
    if (performance.now() > limit) {
      const names = trace?.spans.map(({ operationName }) => operationName).join(', ');
      throw new Error(`Jaeger does not show the spans waited for; there are: ${names ?? 'none'}`);
    }
    await delay(100);
  }
}
