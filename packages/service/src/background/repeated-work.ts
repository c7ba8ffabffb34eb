import { setTimeout as delay } from 'node:timers/promises';
import { withTransaction } from '@banyan/postgres';
import type { PartHost } from '../parts/part.ts';
import { repeatedWorkMetrics } from './metrics.ts';
import { type Next, pauseUntilNext } from './pauses.ts';

/** Something that a service does again and again. */
export type Task = {
  /** Milliseconds from the end of one time to the next; the first is when the service opens. */
  everyMs: number;
  /**
   * In one of all processes of the service at a time, and the others pass over it: for what takes long and does not have to be done by each.
   * It takes a connection of the pool meanwhile. Default false.
   */
  inOneProcess?: boolean;
  /**
   * Does it once. With `true` there is more, and it is done again at once; with a number after so many milliseconds; otherwise after
   * `everyMs`. What it throws is logged, and it is tried again after a pause that grows. `signal` aborts when the service stops.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: what has nothing to say is often a function of another module
  run(signal: AbortSignal): Promise<Next | void>;
};

/** `open` and `close` are those of a part of a service. */
export type RepeatedWork<Name extends string> = {
  open(): Promise<void>;
  /** Begins nothing more. Resolves when what is under way has ended. */
  close(): Promise<void>;
  /** Does a task without its pause: now, or once more when it is under way. */
  wake(task: Name): void;
};

type Host = Pick<PartHost<unknown>, 'pool' | 'log' | 'metrics'>;

/**
 * What a part of a service does of its own accord, from when the service opens until it stops: each task again and again, one time after the
 * other. The names of tasks, each once in a service, are in its logs and metrics.
 *
 * @example
 * const work = repeatedWork(host, { 'tell due reminders': { everyMs: 5_000, run: () => tellDue(host.pool) } });
 * return { provided: undefined, ...work };
 */
export function repeatedWork<Name extends string>(
  host: Host,
  tasks: Readonly<Record<Name, Task>>,
): RepeatedWork<Name> {
  const stopping = new AbortController();
  const loops = new Map(
    Object.entries<Task>(tasks).map(([name, task]) => [name, new Loop(host, name, task, stopping.signal)]),
  );
  return {
    open: async () => {
      for (const loop of loops.values()) loop.open();
    },
    close: async () => {
      stopping.abort();
      await Promise.all([...loops.values()].map((loop) => loop.close()));
    },
    wake: (name) => loops.get(name)!.wake(),
  };
}

/** One task, one time after the other. */
class Loop {
  readonly #host: Host;
  readonly #name: string;
  readonly #task: Task;
  readonly #stopping: AbortSignal;
  /** Ends the pause after the present time; it may be rung while that is under way. */
  #bell = new AbortController();
  #running = Promise.resolve();

  constructor(host: Host, name: string, task: Task, stopping: AbortSignal) {
    this.#host = host;
    this.#name = name;
    this.#task = task;
    this.#stopping = stopping;
  }

  open(): void {
    this.#running = this.#goOn();
  }

  wake(): void {
    this.#bell.abort();
  }

  async close(): Promise<void> {
    this.wake();
    await this.#running;
  }

  async #goOn(): Promise<void> {
    const metrics = repeatedWorkMetrics(this.#host.metrics);
    const { everyMs } = this.#task;
    for (let failures = 0; !this.#stopping.aborted; ) {
      this.#bell = new AbortController();
      const began = performance.now();
      const secondsSince = () => (performance.now() - began) / 1_000;
      let next: Next;
      try {
        next = (await this.#runOnce()) ?? undefined;
        failures = 0;
        metrics.done(this.#name, secondsSince());
      } catch (err) {
        // Whoever stops has not failed.
        if (this.#stopping.aborted) return;
        failures++;
        metrics.failed(this.#name, secondsSince());
        this.#host.log.error({ err, task: this.#name, failures }, 'a task failed: it is tried again');
      }
      await this.#pause(pauseUntilNext({ next, failures, everyMs, chance: Math.random() }));
    }
  }

  async #runOnce(): ReturnType<Task['run']> {
    const { inOneProcess, run } = this.#task;
    if (!inOneProcess) return await run(this.#stopping);
    // A lock of a transaction, which ends with the process whatever ends that.
    return await withTransaction(this.#host.pool, async (tx) => {
      const { rows } = await tx.query<{ ours: boolean }>(
        `SELECT pg_try_advisory_xact_lock(hashtextextended('task ' || $1, 0)) AS ours`,
        [this.#name],
      );
      return rows[0]!.ours ? await run(this.#stopping) : undefined;
    });
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: this.#bell.signal }).catch(() => {});
  }
}
