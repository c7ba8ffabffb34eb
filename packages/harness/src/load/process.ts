import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadOptions, LoadStats, LoadSummary } from './engine.ts';

export type LoadProcess = {
  readonly pid: number;
  stage(name: string): void;
  rate(perSecond: number): void;
  stats(): Promise<LoadStats>;
  summary(): Promise<LoadSummary>;
  /** No more arrivals; the final figures when all answers are in. Again is no error. */
  stop(): Promise<LoadStats>;
};

/** Omit of each of a union. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type SpawnOptions = Without<LoadOptions, 'connections' | 'rampSeconds'> & {
  /** Kills it; what is asked of it rejects. */
  signal?: AbortSignal;
};

/** TypeScript here, JavaScript in the package that npm installs. */
const ENTRY = new URL(`main${extname(import.meta.filename)}`, import.meta.url);

/**
 * `startLoad` in a process of its own, so that the load's timing does not suffer from whoever watches it. Rejects, and
 * open questions reject, when the process dies.
 */
export async function spawnLoad(options: SpawnOptions): Promise<LoadProcess> {
  const child = spawn(process.execPath, [fileURLToPath(ENTRY), ...args(options)], {
    env: { ...process.env, LOAD_SECRET: secretOf(options) },
    signal: options.signal,
    killSignal: 'SIGKILL',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<string, PromiseWithResolvers<LoadStats & LoadSummary>>();
  let dead: Error | undefined;
  const answer = (event: string) => {
    const question = waiting.get(event) ?? Promise.withResolvers<LoadStats & LoadSummary>();
    waiting.set(event, question);
    if (dead) question.reject(dead);
    return question.promise;
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { event, ...figures } = JSON.parse(line);
    if (event === 'stall') options.onStall?.(figures.isStalled);
    waiting.get(event)?.resolve(figures);
    // The last figures stay, for whoever asks again.
    if (event !== 'stopped') waiting.delete(event);
  });
  const die = (error: Error) => {
    dead = error;
    for (const { promise, reject } of waiting.values()) {
      promise.catch(() => {});
      reject(error);
    }
  };
  child.once('error', die);
  child.once('exit', (code, signal) =>
    die(new Error(`The load's process ended (${signal ?? `exit code ${code}`})`)),
  );
  child.stdin.on('error', () => {});
  const tell = (command: string) => {
    if (!dead) child.stdin.write(`${command}\n`);
  };

  await answer('started');
  return {
    pid: child.pid!,
    stage: (name) => tell(`stage ${name}`),
    rate: (perSecond) => tell(`rate ${perSecond}`),
    stats: () => {
      const figures = answer('stats');
      tell('stats');
      return figures;
    },
    summary: () => {
      const figures = answer('summary');
      tell('summary');
      return figures;
    },
    stop: () => {
      const figures = answer('stopped');
      tell('stop');
      return figures;
    },
  };
}

/** By the environment: arguments can be seen by everybody on the machine. */
function secretOf(options: SpawnOptions): string {
  if ('system' in options) return options.secret;
  if (!('trafficFile' in options)) return options.database;
  const { database, facts } = options;
  return JSON.stringify({ database, facts });
}

function args(options: SpawnOptions): string[] {
  const whose =
    'system' in options
      ? {
          system: new URL('system.ts', options.system.folder).href,
          users: options.users,
          rows: JSON.stringify(options.rows),
        }
      : 'trafficFile' in options
        ? { traffic: options.trafficFile, people: options.peopleFile }
        : { load: options.loadFile };
  const flags = {
    ...whose,
    gateway: options.gatewayUrl,
    journal: options.journalFile,
    rate: options.ratePerSecond,
    seed: options.seed,
    stage: options.stage,
    'timeout-ms': options.timeoutMs,
  };
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
}
