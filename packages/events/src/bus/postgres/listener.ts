import { setTimeout as delay } from 'node:timers/promises';
import { connectionConfig } from '@banyan/postgres';
import pg from 'pg';
import { CHANNEL } from './queues.ts';

export type ListenerOptions = {
  url: string;
  /** A queue was told to have something; undefined: any may have, the connection is new. */
  onWake(queue: string | undefined): void;
  onError(error: Error): void;
};

/**
 * The one connection by which a bus hears of new messages. It also holds, as long as it lives, a shared lock on every
 * subscription of this process, by which others see that somebody still handles a type.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #abort = new AbortController();
  readonly #held = new Set<string>();
  #client: pg.Client | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Resolves once the lock is held and notifications come, or the first try to connect has failed. */
  async hold(locks: readonly string[]): Promise<void> {
    for (const lock of locks) this.#held.add(lock);
    if (this.#running) await this.#lock(locks).catch(this.#options.onError);
    else {
      const first = Promise.withResolvers<void>();
      this.#running = this.#run(first.resolve);
      await first.promise;
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#client?.end().catch(() => {});
    await this.#running;
  }

  async #run(tried: () => void): Promise<void> {
    for (let failures = 0; !this.#abort.signal.aborted; ) {
      const ended = Promise.withResolvers<void>();
      const client = new pg.Client({ ...connectionConfig(this.#options.url, {}), keepAlive: true });
      client.on('error', this.#options.onError);
      client.on('end', ended.resolve);
      client.on('notification', ({ payload }) => this.#options.onWake(payload));
      try {
        await client.connect();
        this.#client = client;
        await client.query(`LISTEN ${CHANNEL}`);
        await this.#lock([...this.#held]);
        failures = 0;
        tried();
        this.#options.onWake(undefined);
        if (!this.#abort.signal.aborted) await ended.promise;
      } catch (error) {
        this.#options.onError(error as Error);
      }
      tried();
      await client.end().catch(() => {});
      const pause = Math.min(100 * 2 ** failures++, 5_000);
      await delay(pause, undefined, { signal: this.#abort.signal }).catch(() => {});
    }
  }

  async #lock(locks: readonly string[]): Promise<void> {
    await this.#client?.query(
      'SELECT pg_advisory_lock_shared(hashtextextended(name, 0)) FROM unnest($1::text[]) name',
      [locks],
    );
  }
}
