import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RouteTable } from '@banyan/gateway';
import type { Figures, FromWorker, ToWorker } from './messages.ts';

export interface WorkerProcess {
  readonly port: number;
  readonly pid: number;
  readonly alive: boolean;
  publish(table: RouteTable): void;
  /** Null when it does not answer within `limitMs`. */
  figures(limitMs: number): Promise<Figures | null>;
  /** How it ended, and errors that it reported, since the last call. */
  complaints(): string[];
  stop(): Promise<void>;
}

/** What it may keep: a worker that hoards ends here, not the machine. */
const HEAP_MB = 1024;
const STDERR_KEPT = 4_000;

/** Starts a gateway worker on a table, in a child process. */
export async function startWorker(table: RouteTable): Promise<WorkerProcess> {
  const child = fork(new URL('./main.ts', import.meta.url), {
    execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MB}`],
    env: { ...process.env, FUZZ_TABLE: JSON.stringify(table), NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const complaints: string[] = [];
  let stopping = false;
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr = `${stderr}${chunk}`.slice(-STDERR_KEPT);
  });
  child.on('exit', (code, signal) => {
    if (!stopping) complaints.push(`the worker ended (${signal ?? `code ${code}`}): ${stderr.trim()}`);
  });
  child.on('message', (message: FromWorker) => {
    if (message.kind === 'error') complaints.push(`the worker reported ${message.text}`);
  });
  const port = await portOf(child);
  let asked = 0;
  const tell = (message: ToWorker) => child.connected && child.send(message);
  return {
    port,
    pid: child.pid as number,
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    publish: (next) => tell({ kind: 'publish', table: next }),
    figures: (limitMs) =>
      new Promise((resolve) => {
        const id = ++asked;
        const done = (figures: Figures | null) => {
          clearTimeout(timer);
          child.off('message', onMessage).off('exit', onExit);
          resolve(figures);
        };
        const onMessage = (message: FromWorker) => {
          if (message.kind === 'figures' && message.id === id) done(message);
        };
        const onExit = () => done(null);
        const timer = setTimeout(onExit, limitMs);
        child.on('message', onMessage).on('exit', onExit);
        if (!tell({ kind: 'figures?', id })) done(null);
      }),
    complaints: () => complaints.splice(0),
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => [null]),
  ])) as [FromWorker | null];
  if (message?.kind !== 'ready') throw new Error('the gateway worker did not start: see its table');
  return message.port;
}
