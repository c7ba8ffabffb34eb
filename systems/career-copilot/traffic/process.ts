import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TrafficGlance, TrafficOptions, TrafficStats } from './traffic.ts';

export type TrafficProcess = {
  readonly pid: number;
  stage(name: string): void;
  rate(perSecond: number): void;
  stats(): Promise<TrafficStats>;
  glance(): Promise<TrafficGlance>;
  /** No more arrivals; the final figures when all answers are in. Again is no error. */
  stop(): Promise<TrafficStats>;
};

type SpawnOptions = Omit<TrafficOptions, 'connections' | 'rampSeconds'>;

/**
 * `startTraffic` in a process of its own, so that the load's timing does not suffer from whoever watches it. Rejects, and
 * open questions reject, when the process dies.
 */
export async function spawnTraffic(options: SpawnOptions): Promise<TrafficProcess> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('main.ts', import.meta.url)), ...args(options)],
    {
      env: { ...process.env, JWT_SECRET: options.users.jwtSecret },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const waiting = new Map<string, PromiseWithResolvers<TrafficStats & TrafficGlance>>();
  let dead: Error | undefined;
  const answer = (event: string) => {
    const question = waiting.get(event) ?? Promise.withResolvers<TrafficStats & TrafficGlance>();
    waiting.set(event, question);
    if (dead) question.reject(dead);
    return question.promise;
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { event, ...figures } = JSON.parse(line);
    if (event === 'standing') options.onStanding?.(figures.stands);
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
    die(new Error(`The traffic process ended (${signal ?? `exit code ${code}`})`)),
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
    glance: () => {
      const figures = answer('glance');
      tell('glance');
      return figures;
    },
    stop: () => {
      const figures = answer('stopped');
      tell('stop');
      return figures;
    },
  };
}

function args(options: SpawnOptions): string[] {
  const flags = {
    gateway: options.gatewayUrl,
    journal: options.journalFile,
    users: options.users.count,
    rate: options.ratePerSecond,
    jobs: options.jobs,
    seed: options.seed,
    stage: options.stage,
    'timeout-ms': options.timeoutMs,
  };
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
}
