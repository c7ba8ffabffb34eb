import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { extname, join } from 'node:path';
import type { ResolvedPlan } from '@banyan/plan';
import { freePort } from '@banyan/postgres/free-port';
import { PROCESS_FLAGS } from '@banyan/replication';
import { CONTROLLER_FLAGS } from '../control/process-flags.ts';
import type { ChildMessage, PlanMessage } from './child.ts';
import { lastSaid } from './log-tail.ts';
import { StartError } from './start-error.ts';
import { type ProcessName, STOP_MS } from './stopping.ts';

export type Supervisor = {
  /** Process ids of what runs now; a process between two lives is missing. */
  pids(): Partial<Record<ProcessName, number>>;
  restarts(): Record<ProcessName, number>;
  stop(): Promise<void>;
};

/** TypeScript here, JavaScript in the package that npm installs: each starts its own kind. */
const ENDING = extname(import.meta.filename);

const ENTRY: Record<ProcessName, URL> = {
  applier: new URL(`../applier/main${ENDING}`, import.meta.url),
  controller: new URL(`../control/main${ENDING}`, import.meta.url),
  gateway: new URL(`../gateway/main${ENDING}`, import.meta.url),
};

const EXEC_ARGV: Record<ProcessName, readonly string[]> = {
  applier: PROCESS_FLAGS,
  controller: CONTROLLER_FLAGS,
  gateway: [],
};

/** First pause before a dead process is started again, and the longest, ms. */
const RESTART_MS = { first: 50, longest: 5_000 };
/** A life longer than this forgives the deaths before it, ms. */
const HEALTHY_MS = 5_000;
/** A start that takes longer is told, with what the process has said last, and told again, ms. */
const SLOW_MS = 10_000;

/**
 * Starts applier, controller and gateway as processes of their own and starts each again when it dies. Resolves when
 * all three have reported ready; rejects when one dies before it ever was.
 */
export async function startSupervisor(options: {
  /** The plan, or its file, which the first process reads. */
  plan: ResolvedPlan | string;
  token: string;
  logDirectory: string;
  env?: Record<string, string>;
  /** `why`: what it said of its end, else how it ended. */
  onRestart?: (name: ProcessName, why: string) => void;
  /** A first start takes its time; `said` is the last line of its log. */
  onSlow?: (name: ProcessName, said: string | null) => void;
  /** Called whenever another process runs. */
  onChildren?: (pids: Partial<Record<ProcessName, number>>) => void;
  /** Gives up a start that is under way, and starts nothing again: Ctrl-C ends children too, and maybe before `stop` is called. */
  signal?: AbortSignal;
}): Promise<Supervisor> {
  mkdirSync(options.logDirectory, { recursive: true });
  const env = {
    ...process.env,
    // Half of what a start costs a processor is compiling, which none need do after the first.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(options.logDirectory, '..', 'compiled'),
    ...options.env,
    BANYAN_TOKEN: options.token,
    BANYAN_APPLIER_URL: `http://127.0.0.1:${await freePort()}`,
    BANYAN_SUPERVISOR: `${process.pid}@${hostname()}`,
  };
  let plan = typeof options.plan === 'string' ? null : options.plan;
  const names: ProcessName[] = ['applier', 'controller', 'gateway'];
  const children = new Map<ProcessName, ChildProcess>();
  const restarts: Record<ProcessName, number> = { applier: 0, controller: 0, gateway: 0 };
  let stopping = false;
  const isEnding = () => stopping || options.signal?.aborted === true;

  try {
    for (const name of names) await startOne(name);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pids,
    restarts: () => ({ ...restarts }),
    stop,
  };

  function pids(): Partial<Record<ProcessName, number>> {
    return Object.fromEntries([...children].map(([name, child]) => [name, child.pid!]));
  }

  /** Resolves at the first `ready`; later lives are started by `onExit`. */
  function startOne(name: ProcessName): Promise<void> {
    const file = join(options.logDirectory, `${name}.log`);
    return new Promise((resolve, reject) => {
      let everReady = false;
      let failure: Failure | null = null;
      let logStart = 0;
      let pauseMs = RESTART_MS.first;
      const slow = setInterval(() => options.onSlow?.(name, lastSaid(file, logStart)), SLOW_MS);
      options.signal?.throwIfAborted();
      options.signal?.addEventListener('abort', () => settle(() => reject(options.signal!.reason)));
      launch();

      function settle(how: () => void): void {
        clearInterval(slow);
        how();
      }

      function launch(): void {
        if (isEnding()) return;
        const startedAt = performance.now();
        const log = openSync(file, 'a');
        failure = null;
        logStart = fstatSync(log).size;
        const child = fork(ENTRY[name], {
          env: { ...env, BANYAN_CONFIG: plan === null ? (options.plan as string) : '' },
          stdio: ['ignore', log, log, 'ipc'],
          execArgv: [...EXEC_ARGV[name]],
        });
        closeSync(log);
        if (plan !== null) child.send({ plan } satisfies PlanMessage, () => {});
        children.set(name, child);
        options.onChildren?.(pids());
        child.on('message', (message: ChildMessage) => {
          if (typeof message === 'object' && 'failed' in message) failure = message.failed;
          if (typeof message === 'object' && 'plan' in message) plan ??= message.plan;
          if (message !== 'ready') return;
          everReady = true;
          settle(resolve);
        });
        child.on('exit', (code, signal) => {
          children.delete(name);
          if (isEnding()) return;
          if (!everReady) {
            const said = failure?.message ?? lastSaid(file, logStart) ?? signal ?? `exit code ${code}`;
            settle(() => reject(notStarted(name, said, failure?.code, file)));
            return;
          }
          restarts[name] += 1;
          options.onRestart?.(name, signal ?? failure?.message ?? `exit code ${code}`);
          if (performance.now() - startedAt > HEALTHY_MS) pauseMs = RESTART_MS.first;
          setTimeout(launch, pauseMs);
          pauseMs = Math.min(pauseMs * 2, RESTART_MS.longest);
        });
      }
    });
  }

  /** Gateway first, so that no request meets a missing control plane; applier last. */
  async function stop(): Promise<void> {
    stopping = true;
    for (const name of [...names].reverse()) {
      const child = children.get(name);
      if (child) await stopChild(child, STOP_MS[name]);
    }
  }
}

type Failure = { message: string; code?: string };

function notStarted(name: ProcessName, said: string, code: string | undefined, log: string): StartError {
  return new StartError(`the ${name} did not start: ${said}`, (code && HINTS[code]) ?? HINTS.other!, {
    where: log,
  });
}

/** By SQLSTATE or code of Node. */
const HINTS: Record<string, string> = {
  '42501': 'banyan check names the rights that the role lacks',
  '28P01': 'correct the password in the URL of that database',
  '28000': 'correct the role in the URL of that database',
  '3D000': 'create the database, or correct its URL in the plan',
  ECONNREFUSED: 'start that database, or correct its URL in the plan',
  ENOTFOUND: 'correct the host in the URL of that database',
  other: 'banyan check finds what is missing; the log has the rest',
};

function stopChild(child: ChildProcess, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const killer = setTimeout(() => child.kill('SIGKILL'), withinMs);
    child.on('exit', () => {
      clearTimeout(killer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
