import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from '@banyan/postgres';
import type { Relay } from './relay.ts';

export type RelayOnDemandOptions = {
  pool: Db;
  /** The contracts name it as the publisher of something: it relays from the start. */
  publishes: boolean;
  start(): Relay;
  onError(error: Error): void;
  /** How often to look whether another process of the service has published, in milliseconds. Default 5000. */
  lookMs?: number;
};

/**
 * Starts the relay of a service once there is something to relay. A relay costs a replication slot, a WAL sender that decodes
 * every change of the database, and WAL that is kept while nobody reads: too much for a service that only listens. A slot that
 * was made once has to be read for as long as it is there, so a database that has one always gets its relay.
 */
export class RelayOnDemand {
  relay: Relay | undefined;
  readonly #options: RelayOnDemandOptions;
  readonly #closing = new AbortController();
  #watching: Promise<void> | undefined;
  #opened = false;
  #wanted: boolean;

  constructor(options: RelayOnDemandOptions) {
    this.#options = options;
    this.#wanted = options.publishes;
  }

  /** From here on the bus is there. */
  open(): void {
    if (this.#opened) return;
    this.#opened = true;
    if (this.#wanted) this.want();
    else this.#watching = this.#watch();
  }

  /** Something was written into the outbox. */
  want(): void {
    this.#wanted = true;
    if (this.#opened && !this.#closing.signal.aborted) this.relay ??= this.#options.start();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
    await this.relay?.close();
  }

  /** What other processes of the service write, or wrote and died, is theirs and ours. */
  async #watch(): Promise<void> {
    const { pool, onError, lookMs = 5_000 } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted && !this.relay) {
      try {
        const { rows } = await pool.query<{ wanted: boolean }>({ name: 'banyan_relay_wanted', text: WANTED });
        if (rows[0]!.wanted) return this.want();
      } catch (error) {
        if (!signal.aborted) onError(error as Error);
      }
      await delay(lookMs, undefined, { signal }).catch(() => {});
    }
  }
}

const WANTED = `
  SELECT EXISTS (SELECT FROM banyan_events.relay) OR EXISTS (SELECT FROM banyan_events.outbox) AS wanted`;
