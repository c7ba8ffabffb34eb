import cluster, { type Worker } from 'node:cluster';
import type { AddressInfo } from 'node:net';
import { AggregatorRegistry } from 'prom-client';
import { type Gateway, startAdmin } from '../gateway.ts';
import type { RecordedBatch, RecorderSettings } from '../record/recorder.ts';
import { RecordingSessions } from '../record/recording-sessions.ts';
import { DRAIN_MS } from './drain.ts';

export type ClusterOptions = {
  /** Worker processes. */
  workers: number;
  /** Starts the gateway of a worker process; called there, not in the primary. */
  start: () => Promise<Gateway>;
  /** Port of the primary for /metrics (all workers summed) and /healthz, on loopback; undefined serves none. */
  adminPort?: number;
  /** Who has it as bearer token may record traffic by way of the admin port; without it nobody can. */
  token?: string;
  /** How long a worker may finish what is in flight when it is told to stop, in milliseconds. Default 30,000. */
  drainMs?: number;
  onEvent?: (event: ClusterEvent) => void;
};

export type ClusterEvent =
  | { kind: 'worker-started'; pid: number }
  | { kind: 'worker-died'; pid: number; code: number | null; signal: string | null }
  | { kind: 'worker-failing'; pid: number; error: string }
  | { kind: 'recording-started'; share: number; seconds: number }
  | { kind: 'recording-ended'; recorded: number; dropped: number }
  | { kind: 'start-failed'; error: unknown };

export interface GatewayCluster {
  readonly adminPort: number | null;
  pids(): number[];
  /** Resolves when every worker has drained and ended. */
  stop(): Promise<void>;
}

const COUNTS_MS = 1_000;
const METRICS_MS = 2_000;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
const YOUNG_MS = 1_000;
/** How long a worker that has failed serves on at most until its replacement does. */
const REPLACE_MS = 5_000;
/** So many faults of one worker are told. */
const FAULTS_TOLD = 20;

/**
 * Half of the young generation, in MiB: a request's objects are dead before it fills up, so a collection finds little
 * to copy. Node's own 16 costs about a twentieth more CPU per request, and starts at 1.
 */
const WORKER_FLAGS = ['--min-semi-space-size=32', '--max-semi-space-size=32'];

type Message =
  | { banyan: 'ready' }
  | { banyan: 'failing' }
  | { banyan: 'drain' }
  | { banyan: 'counts'; counts: [string, number][] }
  | { banyan: 'metrics?'; id: number }
  | { banyan: 'metrics'; id: number; metrics: object }
  | { banyan: 'record'; settings: RecorderSettings | null }
  | { banyan: 'recorded'; batch: RecordedBatch }
  | { banyan: 'record-ended' };

/**
 * Runs a gateway as a primary and `workers` processes on one port. Call it from the main module, which is run again in
 * each worker: there it starts the gateway and never resolves. In the primary it resolves when all workers serve.
 * Workers that die are started again. One in which something threw that nobody caught is replaced first, and then drains. SIGTERM and SIGINT drain and end the process, in both.
 */
export async function runCluster(options: ClusterOptions): Promise<GatewayCluster> {
  return cluster.isPrimary ? await runPrimary(options) : await runWorker(options);
}

async function runPrimary(options: ClusterOptions): Promise<GatewayCluster> {
  const { workers, adminPort, onEvent = () => {} } = options;
  let stopping = false;
  let backoffMs = FIRST_BACKOFF_MS;
  const startedAt = new Map<number, number>();
  /** Workers that have failed and are being replaced, and by whom. */
  const failing = new Set<number>();
  const replaces = new Map<number, Worker>();
  const metrics = new MetricsCollector();
  const recording = new RecordingSessions({
    token: options.token ?? null,
    tell: (settings) => {
      const told = liveWorkers();
      for (const worker of told) tell(worker, { banyan: 'record', settings });
      return told.length;
    },
    onEvent,
  });

  cluster.setupPrimary({ execArgv: [...WORKER_FLAGS, ...process.execArgv] });
  const fork = () => {
    const worker = cluster.fork();
    startedAt.set(worker.id, performance.now());
    return worker;
  };
  const forkAfter = (worker: Worker, forked: (worker: Worker) => void) => {
    const young = performance.now() - (startedAt.get(worker.id) ?? 0) < YOUNG_MS;
    backoffMs = young ? Math.min(backoffMs * 2, LONGEST_BACKOFF_MS) : FIRST_BACKOFF_MS;
    setTimeout(() => {
      if (!stopping) forked(fork());
    }, backoffMs);
  };
  const listening = new Promise<void>((resolve) => {
    const ready = new Set<number>();
    cluster.on('message', (from, message: Message) => {
      if (message.banyan === 'metrics') metrics.received(message.id, message.metrics);
      if (message.banyan === 'counts') tellOthers(from, message);
      if (message.banyan === 'recorded') recording.received(message.batch);
      if (message.banyan === 'record-ended') recording.workerEnded();
      if (message.banyan === 'failing') {
        failing.add(from.id);
        forkAfter(from, (replacement) => replaces.set(replacement.id, from));
      }
      if (message.banyan !== 'ready') return;
      if (recording.settings !== null) tell(from, { banyan: 'record', settings: recording.settings });
      tell(replaces.get(from.id), { banyan: 'drain' });
      replaces.delete(from.id);
      backoffMs = FIRST_BACKOFF_MS;
      ready.add(from.id);
      onEvent({ kind: 'worker-started', pid: from.process.pid ?? 0 });
      if (ready.size >= workers) resolve();
    });
  });
  cluster.on('exit', (worker, code, signal) => {
    if (stopping) return;
    onEvent({ kind: 'worker-died', pid: worker.process.pid ?? 0, code, signal });
    if (!failing.delete(worker.id)) forkAfter(worker, () => {});
    startedAt.delete(worker.id);
  });
  for (let i = 0; i < workers; i++) fork();

  const admin =
    adminPort === undefined ? null : await startAdmin(adminPort, () => metrics.collect(), recording.handle);
  const handle: GatewayCluster = {
    adminPort: admin === null ? null : (admin.address() as AddressInfo).port,
    pids: () => liveWorkers().map((worker) => worker.process.pid ?? 0),
    async stop() {
      stopping = true;
      admin?.close();
      recording.end();
      await Promise.all(allWorkers().map(endWorker));
    },
  };
  onSignal(() => handle.stop());
  await listening;
  return handle;
}

async function runWorker(options: ClusterOptions): Promise<never> {
  const { start, drainMs = DRAIN_MS, onEvent = () => {} } = options;
  let gateway: Gateway;
  try {
    gateway = await start();
  } catch (error) {
    onEvent({ kind: 'start-failed', error });
    process.exit(1);
  }
  const stop = () => gateway.stop(drainMs);
  onSignal(stop);
  const end = (code: number) =>
    stop().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  // Without the primary nothing comes in any more: finish and end.
  process.on('disconnect', () => void end(0));
  onFault((error, first) => {
    onEvent({ kind: 'worker-failing', pid: process.pid, error });
    if (!first) return;
    send({ banyan: 'failing' });
    setTimeout(() => void end(1), REPLACE_MS);
  });
  process.on('message', (message: Message) => {
    if (message.banyan === 'counts') gateway.counts.absorb(message.counts);
    if (message.banyan === 'drain') void end(1);
    if (message.banyan === 'record') void record(gateway, message.settings);
    if (message.banyan === 'metrics?') {
      // Without an answer the primary goes on without this worker.
      const answer = (metrics: object) => send({ banyan: 'metrics', id: message.id, metrics });
      gateway.metricsJson().then(answer, () => {});
    }
  });
  setInterval(() => {
    const counts = gateway.counts.take();
    if (counts.length > 0) send({ banyan: 'counts', counts });
  }, COUNTS_MS).unref();
  send({ banyan: 'ready' });
  return await new Promise<never>(() => {});
}

/** Tells the primary what this worker records; it takes the next batch when this one has left. */
async function record(gateway: Gateway, settings: RecorderSettings | null): Promise<void> {
  await gateway.record(
    settings,
    (batch) => new Promise((resolve) => send({ banyan: 'recorded', batch }, resolve)),
  );
  if (settings === null) send({ banyan: 'record-ended' });
}

/** Asks all workers and adds up what they answer. */
class MetricsCollector {
  #next = 0;
  readonly #asked = new Map<number, { missing: number; lists: object[]; done: () => void }>();

  async collect(): Promise<string> {
    const workers = liveWorkers();
    const id = this.#next++;
    const lists: object[] = [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, METRICS_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#asked.set(id, { missing: workers.length, lists, done });
      for (const worker of workers) tell(worker, { banyan: 'metrics?', id });
      if (workers.length === 0) done();
    });
    this.#asked.delete(id);
    return AggregatorRegistry.aggregate(lists).metrics();
  }

  received(id: number, list: object): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    asked.lists.push(list);
    if (--asked.missing === 0) asked.done();
  }
}

function liveWorkers(): Worker[] {
  return allWorkers().filter((worker) => worker.isConnected());
}

/** Those that are still connected, or still run: either may end before the other. */
function allWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}) as Worker[];
}

function tellOthers(from: Worker, message: Message): void {
  for (const worker of liveWorkers()) if (worker.id !== from.id) tell(worker, message);
}

/** A worker that is going away just then is no fault. */
function tell(worker: Worker | undefined, message: Message): void {
  if (worker?.isConnected()) worker.send(message, () => {});
}

/**
 * The last resort: something threw where nobody catches, so this process is not to be trusted for long; but everybody who
 * is connected to it has done nothing.
 */
function onFault(hear: (error: string, first: boolean) => void): void {
  let faults = 0;
  const fault = (error: unknown) => {
    faults++;
    if (faults > FAULTS_TOLD) return;
    hear(error instanceof Error ? (error.stack ?? error.message) : String(error), faults === 1);
  };
  process.on('uncaughtException', fault).on('unhandledRejection', fault);
}

function endWorker(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    // Gone already, and told of before somebody could listen here.
    if (worker.isDead()) return resolve();
    worker.once('exit', () => resolve());
    worker.process.kill('SIGTERM');
  });
}

function onSignal(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void stop().finally(() => process.exit(0));
    });
  }
}

function send(message: Message, sent = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, sent);
  else sent();
}
