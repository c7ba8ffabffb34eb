import { keepListening, type Listening } from '@banyan/postgres';
import type pg from 'pg';
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
  readonly #held = new Set<string>();
  #listening: Listening | undefined;
  #client: pg.Client | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Resolves once the lock is held and notifications come, or the first try to connect has failed. */
  async hold(locks: readonly string[]): Promise<void> {
    for (const lock of locks) this.#held.add(lock);
    if (this.#listening) {
      await this.#lock(locks).catch(this.#options.onError);
      return;
    }
    const { url, onWake, onError } = this.#options;
    this.#listening = keepListening({
      url,
      channels: [CHANNEL],
      applicationName: 'banyan-bus-listen',
      hear: (_channel, queue) => onWake(queue),
      reopened: () => onWake(undefined),
      opened: async (client) => {
        this.#client = client;
        await this.#lock([...this.#held]);
      },
      onError,
    });
    const failed = await this.#listening.firstTry;
    if (!failed) onWake(undefined);
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }

  async #lock(locks: readonly string[]): Promise<void> {
    await this.#client?.query(
      'SELECT pg_advisory_lock_shared(hashtextextended(name, 0)) FROM unnest($1::text[]) name',
      [locks],
    );
  }
}
