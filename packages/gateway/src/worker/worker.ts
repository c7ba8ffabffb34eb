import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { BucketCache } from '@banyan/cohort';
import { KeyLookup } from '../choose/key-lookup.ts';
import { ReadPins } from '../choose/read-pins.ts';
import { WriteHolds } from '../choose/write-holds.ts';
import { Shadow } from '../compare/shadow.ts';
import type { ControlSource, RouteTable } from '../control/route-table.ts';
import type { ErrorCode } from '../errors.ts';
import { Exchange } from '../exchange.ts';
import { bodyChecks } from '../match/body-schema.ts';
import { Stats } from '../observe/stats.ts';
import { startTracing } from '../observe/tracing/start.ts';
import type { Tracing } from '../observe/tracing/trace.ts';
import { Connections } from '../receive/connections.ts';
import { Pipelines } from '../receive/pipeline.ts';
import { Uploads } from '../receive/uploads.ts';
import { type RecordedBatch, Recorder, type RecorderSettings } from '../record/recorder.ts';
import type { Every } from '../upstream/upstream.ts';
import { isWebSocket, Upgrades } from '../websocket/upgrade.ts';
import { type CompiledTable, compileTable, unhealthyOf, upstreamsOf } from './compiled-table.ts';
import { ControlLoop } from './control-loop.ts';
import type { WorkerContext } from './worker-context.ts';

export type WorkerOptions = {
  source: ControlSource;
  /** 0 takes a free one. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Most requests held at once at a fence. Default 1,000. */
  maxHeld?: number;
  /** Most connections of clients open at once; one more is closed at once. Default 10,000. */
  maxConnections?: number;
  /** How long the head of a request may take, from when the connection is free for it, in milliseconds. Default 60,000. */
  headMs?: number;
  /** How long a connection may be silent between two requests, in milliseconds. Default 66,000, a second more than is told. */
  idleMs?: number;
  /** How long a write goes on whose client is gone or was told that it took too long, in milliseconds. Default and most 60,000. */
  abandonedWriteMs?: number;
  /** How long to wait for the first table, in milliseconds. Default 30,000. */
  startTimeoutMs?: number;
  /**
   * Where OpenTelemetry's variables are read (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, ...): `process.env`.
   * Default none: traces are passed on, and nothing is recorded.
   */
  env?: Record<string, string | undefined>;
  onError?: (error: unknown, what: string) => void;
  /** When health is checked. Default: by the clock. */
  every?: Every;
};

const LONGEST_ABANDONED_WRITE_MS = 60_000;

/** One worker: an HTTP server that acts on the source's table. */
export class Worker implements WorkerContext {
  readonly holds: WriteHolds;
  readonly stats = new Stats();
  readonly pins: ReadPins;
  readonly shadow: Shadow;
  readonly lookup: KeyLookup;
  readonly buckets = new BucketCache();
  readonly uploads = new Uploads();
  readonly abandonedWriteMs: number;
  readonly #options: WorkerOptions;
  readonly #loop: ControlLoop;
  #server: Server | null = null;
  readonly #upgrades: Upgrades;
  readonly #connections: Connections;
  readonly #pipelines: Pipelines;
  readonly #checks = bodyChecks();
  readonly #every: Every;
  #compiled: CompiledTable | null = null;
  #tracing: Tracing | null = null;
  #recorder: Recorder | null = null;
  #active = 0;
  #draining = false;
  #stopped: Promise<void> | null = null;
  #idle: (() => void) | null = null;

  constructor(options: WorkerOptions) {
    const { source } = options;
    const onError = options.onError ?? (() => {});
    this.#options = options;
    this.#every = options.every ?? byTheClock;
    this.lookup = new KeyLookup(source, now);
    this.pins = new ReadPins({
      source,
      now,
      leased: () => this.holds.leased,
      pinnable: (service) => this.compiled.pinnable.has(service),
    });
    this.shadow = new Shadow({ source, stats: this.stats, compiled: () => this.compiled, now, onError });
    this.holds = new WriteHolds({
      source,
      now,
      after,
      reload: () => this.#loop.reload(),
      onError,
      maxHeld: options.maxHeld,
      onFence: (event, fence) => {
        if (event === 'opened') {
          this.stats.counts.fencesOpened++;
          this.#upgrades.closeFenced(fence);
        }
        if (event === 'acknowledged') this.stats.counts.fencesAcknowledged++;
      },
    });
    this.#loop = new ControlLoop({
      source,
      holds: this.holds,
      install: (table) => this.#install(table),
      refreshPins: () => this.pins.refresh(),
      version: () => this.#compiled?.table.version ?? -1,
      unhealthy: () => (this.#compiled ? unhealthyOf(this.#compiled) : []),
      takeOutcomes: () => ({
        outcomes: this.stats.takeOutcomes(this.#compiled?.table.version ?? 0),
        failures: this.stats.takeFailures(),
        keys: this.stats.keys.take(),
        routeKeys: this.stats.routeKeys.take(),
      }),
      now,
      onError,
    });
    this.abandonedWriteMs = Math.min(
      options.abandonedWriteMs ?? LONGEST_ABANDONED_WRITE_MS,
      LONGEST_ABANDONED_WRITE_MS,
    );
    this.#pipelines = new Pipelines((req, res) => new Exchange(this, req, res).start(), options.idleMs);
    this.#connections = new Connections(options.maxConnections ?? 10_000);
    this.#upgrades = new Upgrades(this);
  }

  get compiled(): CompiledTable {
    if (this.#compiled === null) throw new Error('no route table yet');
    return this.#compiled;
  }

  get tracing(): Tracing | null {
    return this.#tracing;
  }

  get recorder(): Recorder | null {
    return this.#recorder;
  }

  /** Records from now on; null: no more. Resolves when what the recording before has seen is delivered. */
  async record(
    settings: RecorderSettings | null,
    deliver: (batch: RecordedBatch) => Promise<void> = async () => {},
  ): Promise<void> {
    const before = this.#recorder;
    this.#recorder =
      settings &&
      new Recorder(settings, {
        paths: this.compiled.table.routes.map(({ path }) => path),
        deliver,
        report: (error) => this.report(error, 'recording'),
      });
    await before?.stop();
  }

  get draining(): boolean {
    return this.#draining;
  }

  get port(): number {
    if (this.#server === null) throw new Error('not started');
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections.openNow;
  }

  now(): number {
    return performance.now();
  }

  async replicated(waves: string[][], timeoutMs: number): Promise<boolean> {
    try {
      return await this.#options.source.settle(waves, timeoutMs);
    } catch {
      return false;
    }
  }

  report(error: unknown, what: string): void {
    this.#options.onError?.(error, what);
  }

  began(): void {
    this.#active++;
  }

  ended(): void {
    if (--this.#active === 0) this.#idle?.();
  }

  /** Loads the table, then listens. Rejects when there is no table, the table is bad, or the port is taken. */
  async start(): Promise<void> {
    this.#tracing = await startTracing(this.#options.env ?? {});
    await this.#loop.start(this.#options.startTimeoutMs ?? 30_000);
    const { headMs = 60_000 } = this.#options;
    const server = createServer({
      maxHeaderSize: this.compiled.table.limits.headerBytes,
      requireHostHeader: false, // checked with the other headers, and answered as a problem
      insecureHTTPParser: false,
      optimizeEmptyRequests: true,
      noDelay: true,
      keepAliveTimeout: 0, // Pipelines closes connections that are idle
      headersTimeout: headMs,
      connectionsCheckingInterval: Math.min(headMs, 5_000),
      keepAlive: true, // finds out what nobody says: that the other end of a WebSocket is gone
      keepAliveInitialDelay: 60_000,
      requestTimeout: 0, // a body may take as long as it comes: see Uploads
      // In its turn only; behind a request that is being answered it is a request like others.
      shouldUpgradeCallback: (req) =>
        (isWebSocket(req) && this.#pipelines.maySwitch(req.socket)) || this.#pipelines.stay(req.socket),
    } as ServerOptions);
    server.maxHeadersCount = 0; // the parser silently drops headers beyond a count; their size is limited
    this.#server = server;
    const take = (req: IncomingMessage, res: ServerResponse) => this.#pipelines.take(req, res);
    server.on('connection', (socket) => this.#connected(socket));
    server.on('request', take).on('checkContinue', take).on('checkExpectation', take);
    server.on('connect', (_req, socket) => this.#pipelines.refuseTunnel(socket as Socket));
    server.on('upgrade', (req, socket, head) => {
      this.#pipelines.release(socket as Socket);
      this.#upgrades.handle(req, socket as Socket, head);
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (error.code === 'ECONNRESET') socket.destroy();
      else this.#pipelines.fail(socket as Socket, codeOf(error.code));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#options.port, this.#options.host ?? '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  reload(): Promise<void> {
    return this.#loop.reload();
  }

  /** Stops accepting, lets what is in flight finish (at most `timeoutMs`), then closes everything. */
  stop(timeoutMs = 30_000): Promise<void> {
    this.#stopped ??= this.#stop(timeoutMs);
    return this.#stopped;
  }

  async #stop(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const server = this.#server;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    server?.closeIdleConnections();
    if (this.#active > 0) {
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#idle = resolve;
        }),
        new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref()),
      ]);
    }
    await this.shadow.stop();
    await this.record(null);
    this.#loop.stop();
    this.holds.stop();
    this.pins.stop();
    this.#upgrades.stop();
    this.#pipelines.stop();
    server?.closeAllConnections();
    await closed;
    await this.#loop.report();
    if (this.#compiled) for (const upstream of upstreamsOf(this.#compiled)) upstream.destroy();
    await this.#tracing?.close();
    await this.#options.source.close();
  }

  /** Who stands behind a proxy is not known before a request says so. */
  #connected(socket: Socket): void {
    const { table, limits } = this.compiled;
    const most = table.trustedHops === 0 ? limits.connections : Number.POSITIVE_INFINITY;
    if (!this.#connections.take(socket, most)) this.stats.counts.connectionsRefused++;
  }

  #install(table: RouteTable): void {
    if (this.#compiled) void this.#loop.report(); // what was counted belongs to the version that goes
    const before = this.#compiled?.table;
    this.#compiled = compileTable(table, this.#compiled, this.stats, now, this.#every, this.#checks);
    for (const [service, { share }] of Object.entries(table.services)) {
      if (before && before.services[service]?.share !== share) this.pins.moved(service, table.version);
    }
  }
}

const now = () => performance.now();

const byTheClock: Every = (ms, run) => {
  const timer = setInterval(() => void run(), ms).unref();
  return () => clearInterval(timer);
};

function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

/** How to answer what could not be parsed as a request. */
function codeOf(code: string | undefined): ErrorCode {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'headers-too-large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'body-timeout';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'body-too-large';
    case 'HPE_INVALID_VERSION':
      return 'unsupported-version';
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return 'ambiguous-length';
    default:
      return 'bad-request';
  }
}
