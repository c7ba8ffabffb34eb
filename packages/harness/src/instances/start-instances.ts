import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '@banyan/banyan/operate';
import type { ResolvedPlan } from '@banyan/plan';
import { request } from 'undici';

/** How long the team's system may take until all of it answers, ms. */
const READY_MS = 180_000;
const ANSWER_MS = 2_000;
const LOOK_MS = 200;
/** How long it may take to end before it is killed, ms. */
const STOP_MS = 10_000;
/** Of its log, what an error shows. */
const LAST_LINES = 5;

/** TypeScript here, JavaScript in the package that npm installs. */
const ENTRY = new URL(`main${extname(import.meta.filename)}`, import.meta.url);

export type Instances = {
  /** By service, and of `monolith`. */
  urls: ReadonlyMap<string, string>;
  stop(): Promise<void>;
};

/**
 * Starts a team's system by its own command, in a shell, and resolves when the monolith and every service answer. It is told where
 * each is to listen: `BANYAN_MONOLITH_PORT`, `BANYAN_<SERVICE>_PORT`, and the gateway in `BANYAN_GATEWAY_URL`.
 *
 * @throws StartError when it ends before that, or takes longer than three minutes
 */
export async function startInstances(options: {
  command: string;
  plan: ResolvedPlan;
  /** Free ones, by service and of `monolith`. */
  ports: ReadonlyMap<string, number>;
  gatewayUrl: string;
  directory: string;
  logFile: string;
  signal: AbortSignal;
}): Promise<Instances> {
  const { command, plan, ports, signal } = options;
  const health = new Map([
    ['monolith', plan.monolith.health],
    ...Object.values(plan.services).map((service) => [service.name, service.health] as const),
  ]);
  const urls = new Map([...health.keys()].map((name) => [name, `http://127.0.0.1:${ports.get(name)}`]));
  const log = openSync(options.logFile, 'a');
  const child = spawn(process.execPath, [fileURLToPath(ENTRY), command], {
    cwd: options.directory,
    // A group of its own: it ends when we say so, with all that it has started.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: {
      ...process.env,
      BANYAN_GATEWAY_URL: options.gatewayUrl,
      ...Object.fromEntries([...health.keys()].map((name) => [portVariable(name), String(ports.get(name))])),
    },
  });
  closeSync(log);
  const stop = () => end(child);
  try {
    for (const [name, url] of urls)
      await untilAnswering(name, url + (health.get(name) ?? '/'), health.get(name) === null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, stop };

  async function untilAnswering(name: string, url: string, anyAnswer: boolean): Promise<void> {
    const deadline = performance.now() + READY_MS;
    for (;;) {
      signal.throwIfAborted();
      const status = await statusOf(url);
      if (status !== null && (anyAnswer || status < 400)) return;
      const why = status === null ? 'no answer' : `it answers ${status}`;
      if (child.exitCode !== null || child.signalCode !== null)
        throw notStarted(
          `the command of --start ended (${child.signalCode ?? `exit code ${child.exitCode}`}) before ${name} answered`,
        );
      if (performance.now() > deadline)
        throw notStarted(`${name} did not answer at ${url} within ${READY_MS / 1000} s: ${why}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  function notStarted(message: string): StartError {
    const said = readFileSync(options.logFile, 'utf8').trim().split('\n').slice(-LAST_LINES).join('\n');
    const names = [...health.keys()].map(portVariable).join(', ');
    return new StartError(
      said === '' ? message : `${message}; it said last:\n${said}`,
      `it must stay in the foreground and listen on the ports in ${names}`,
      { where: options.logFile },
    );
  }
}

/** `BANYAN_ORDER_HISTORY_PORT` of the service order-history. */
function portVariable(name: string): string {
  return `BANYAN_${name.toUpperCase().replaceAll('-', '_')}_PORT`;
}

async function statusOf(url: string): Promise<number | null> {
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await body.dump();
    return statusCode;
  } catch {
    return null; // not listening yet
  }
}

async function end(child: ChildProcess): Promise<void> {
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  const ended = gone() ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, 'SIGTERM');
  const killer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(killer);
  // What the shell has left behind.
  signalGroup(child, 'SIGKILL');
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // all of it is gone
  }
}
