import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** `npm start` in a process of its own, as far as it can be read off what it prints. */
export type Tour = {
  /** Where its pages are, as soon as it invites to them: before its first service moves. Rejects when it ends without. */
  origin: Promise<string>;
  /** Calls back at each stage that a service reaches, e.g. `auth: canary 1%`. */
  onStage(listener: (stage: string) => void): void;
  isOver(): boolean;
  /** Resolves once it has told what came of it, with its last words. */
  over: Promise<string>;
  /** Resolves with its exit status: 0 if every promise was kept. */
  stop(): Promise<number | null>;
};

export function startTour(args: readonly string[]): Tour {
  const main = 'packages/harness/src/tour/main.ts';
  const process_ = spawn(process.execPath, [main, 'systems', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => process_.on('close', resolve));
  const listeners: ((stage: string) => void)[] = [];
  const [origin, over] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let isOver = false;
  createInterface({ input: process_.stdout }).on('line', (line) => {
    console.log(`tour: ${line}`);
    const told = line.replace(/^\s*\d+ s {2}/, '').replace(/ {2}\(.*\)$/, '');
    const address = /meanwhile: (http\S+)$/.exec(told)?.[1];
    if (address) origin.resolve(new URL(address).origin);
    if (STAGE.test(told)) for (const listener of listeners) listener(told);
    if (!LAST_WORDS.test(told)) return;
    isOver = true;
    over.resolve(told);
  });
  void ended.then((status) => {
    const why = new Error(`The tour ended by itself with ${status}`);
    isOver = true;
    origin.reject(why);
    over.reject(why);
  });
  // Told to whoever still asks.
  for (const { promise } of [origin, over]) promise.catch(() => {});
  return {
    origin: origin.promise,
    onStage: (listener) => void listeners.push(listener),
    isOver: () => isOver,
    over: over.promise,
    stop: () => {
      process_.kill('SIGINT');
      return ended;
    },
  };
}

const STAGE = /^[a-z-]+: (monolith|copying|shadowing|canary \d+%|migrated|retired)$/;
const LAST_WORDS = /Everything stays up|This must not happen/;
