import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addStallMetrics } from '@banyan/service/stalls';
import { gatewayMetrics } from './observe/metrics.ts';
import type { RecordedBatch, RecorderSettings } from './record/recorder.ts';
import { Worker, type WorkerOptions } from './worker/worker.ts';

export type GatewayOptions = WorkerOptions & {
  /** Port for /metrics and /healthz on loopback; 0 takes a free one, undefined serves none. */
  adminPort?: number;
};

export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** Null when none was asked for. */
  readonly adminPort: number | null;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** The same as data, for adding up over workers. */
  metricsJson(): Promise<object>;
  /** What the rate limit has counted, for sharing one limit among workers. */
  readonly counts: {
    take(): [id: string, count: number][];
    absorb(counts: [id: string, count: number][]): void;
  };
  /** Records traffic from now on; null: no more. Resolves when what was recorded before is delivered. */
  record(settings: RecorderSettings | null, deliver?: (batch: RecordedBatch) => Promise<void>): Promise<void>;
  /** Loads table and fences anew, without waiting for a notification. */
  reload(): Promise<void>;
  /** Version of the table that applies. */
  version(): number;
  /** Stops accepting, lets what is in flight finish within `timeoutMs` (default 30,000), closes everything. */
  stop(timeoutMs?: number): Promise<void>;
}

/**
 * Starts one gateway worker in this process.
 *
 * @example
 * const gateway = await startGateway({ source: memorySource(table), port: 8080 });
 *
 * Rejects when the source has no table, the table is bad, or the port is taken.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const worker = new Worker(options);
  await worker.start();
  const registry = gatewayMetrics(worker);
  const stalls = addStallMetrics(registry);
  const admin =
    options.adminPort === undefined ? null : await startAdmin(options.adminPort, () => registry.metrics());
  const host = options.host ?? '127.0.0.1';
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${worker.port}`,
    port: worker.port,
    adminPort: admin === null ? null : (admin.address() as AddressInfo).port,
    metrics: () => registry.metrics(),
    metricsJson: () => registry.getMetricsAsJSON(),
    counts: {
      take: () => worker.compiled.limiter?.takeUnsent() ?? [],
      absorb: (counts) => worker.compiled.limiter?.absorb(counts, Date.now()),
    },
    record: (settings, deliver) => worker.record(settings, deliver),
    reload: () => worker.reload(),
    version: () => worker.compiled.table.version,
    async stop(timeoutMs) {
      stalls.stop();
      admin?.close();
      admin?.closeAllConnections();
      await worker.stop(timeoutMs);
    },
  };
}

/** Metrics and health are never served on the port that clients reach. `more` says whether it has taken a request. */
export async function startAdmin(
  port: number,
  metrics: () => Promise<string>,
  more: (req: IncomingMessage, res: ServerResponse) => boolean = () => false,
): Promise<Server> {
  const server = createServer((req, res) => {
    if (more(req, res)) return;
    if (req.url === '/healthz') res.end('ok\n');
    else if (req.url === '/metrics') {
      metrics().then(
        (text) => res.setHeader('content-type', 'text/plain; version=0.0.4').end(text),
        (error) => res.writeHead(500).end(`the metrics could not be collected: ${error}\n`),
      );
    } else res.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return server;
}
