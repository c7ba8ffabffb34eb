import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';

export type ProcessOptions = {
  name: string;
  /** A file that Node runs. */
  entry: URL;
  env: Record<string, string>;
  logDirectory: string;
  /** Answers 2xx when the process is ready. */
  readyUrl: string;
  /** How long that may take, ms. Default a minute: on two busy cores a start may take a third of it. */
  readyMs?: number;
};

export type ManagedProcess = {
  readonly name: string;
  pid(): number | undefined;
  /** SIGTERM, and SIGKILL if it does not end. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash or the kernel would. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again after `kill`. */
  start(): Promise<void>;
};

const STOP_MS = 10_000;
const END_WITH_PARENT = import.meta.resolve('./end-with-parent.ts');

/**
 * Starts a process and resolves when it is ready. Its output goes to a log file; rejects if it dies before. It ends with
 * the process that started it, also when that one is killed.
 */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const logFile = join(options.logDirectory, `${options.name}.log`);
  let child: ChildProcess | undefined;

  await start();
  return {
    name: options.name,
    pid: () => child?.pid,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    start,
  };

  async function start(): Promise<void> {
    const log = openSync(logFile, 'a');
    const started = spawn(process.execPath, ['--import', END_WITH_PARENT, fileURLToPath(options.entry)], {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    child = started;
    const died = new Promise<never>((_, reject) => {
      started.once('error', reject);
      started.once('exit', (code, signal) => {
        reject(
          new Error(
            `${options.name} ended before it was ready (${signal ?? `exit code ${code}`}); see ${logFile}`,
          ),
        );
      });
    });
    died.catch(() => {}); // a later end is nobody's failure
    await Promise.race([died, waitUntilReady(options.readyUrl, options.readyMs ?? 60_000, options.name)]);
  }

  function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      const killer = setTimeout(() => ending.kill('SIGKILL'), STOP_MS);
      ending.once('exit', () => {
        clearTimeout(killer);
        resolve();
      });
      ending.kill(signal);
    });
  }
}

async function waitUntilReady(url: string, limitMs: number, name: string): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      const response = await request(url, { signal: AbortSignal.timeout(1_000) });
      await response.body.dump();
      if (response.statusCode < 300) return;
    } catch {
      // not listening yet
    }
    if (performance.now() > deadline)
      throw new Error(`${name} did not answer at ${url} within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
