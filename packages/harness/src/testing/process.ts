import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A service in a process of its own, to be killed. */
export type ServiceProcess = {
  /** Where it is reached, once it is. Rejects if it ends before. */
  url(): Promise<string>;
  /** SIGKILL, at once. */
  kill(): void;
  /** Resolves when it is gone. */
  gone: Promise<unknown>;
};

/** Starts a service's `main.ts`; `env` is all that it is told. */
export function startProcess(main: URL, env: Record<string, string>): ServiceProcess {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(main)], {
    // It says in its log where it is reached.
    env: { ...process.env, PORT: '0', ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const found = Promise.withResolvers<string>();
  found.promise.catch(() => {});
  gone.then(() => found.reject(new Error('it has ended before it could be reached')));
  let said = '';
  let isFound = false;
  child.stdout!.on('data', (chunk) => {
    if (isFound) return;
    said += chunk;
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
    if (url === undefined) return;
    isFound = true;
    found.resolve(url);
  });
  return { url: () => found.promise, kill: () => void child.kill('SIGKILL'), gone };
}
