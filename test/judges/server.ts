import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Ends with this process, whatever ends that. */
export type Server = { stop(): Promise<void> };

const READY_MS = 60_000;

/**
 * Runs a program until it is ready: until a URL answers, or whatever else says so. Throws with its last words if it ends, or is not in
 * a minute.
 */
export async function startServer(
  program: string,
  args: readonly string[],
  ready: string | (() => Promise<boolean>),
  env: Record<string, string> = {},
): Promise<Server> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const tether = () => child.kill('SIGKILL');
  process.once('exit', tether);
  const words = lastWordsOf(child);
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  const ended = once(child, 'exit');
  const died = ended.then(([code]) =>
    Promise.reject(new Error(`${program} ended with ${code}:\n${words()}`)),
  );
  for (const promise of [failed, died]) promise.catch(() => {});
  const stop = async () => {
    process.removeListener('exit', tether);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
  };
  try {
    await Promise.race([answers(ready), failed, died]);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(ready: string | (() => Promise<boolean>)): Promise<void> {
  const signal = AbortSignal.timeout(READY_MS);
  const ask =
    typeof ready === 'string'
      ? async () => (await fetch(ready, { signal }).catch(() => undefined))?.ok
      : ready;
  for (;;) {
    if (await ask()) return;
    if (signal.aborted)
      throw new Error(
        `no answer${typeof ready === 'string' ? ` from ${ready}` : ''} in ${READY_MS / 1000} s`,
      );
    await delay(50);
  }
}

function lastWordsOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      text = (text + chunk).slice(-4_000);
    });
  }
  return () => text;
}
