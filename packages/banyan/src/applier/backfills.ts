import { setTimeout as delay } from 'node:timers/promises';
import type { LinkedService } from '@banyan/plan';
import type { Logger } from 'pino';
import { type LoadedFacts, loadFacts } from './facts.ts';

export type BackfillsOptions = {
  service: LinkedService;
  log: Logger;
  /** The service has all rows, and they are kept up to date. */
  ready: () => boolean;
  /** Waits between two transactions. */
  pause: (signal: AbortSignal) => () => Promise<unknown>;
};

/** Tells consumers whose definitions ask for it which rows a service has, one consumer after another. */
export class Backfills {
  readonly #options: BackfillsOptions;
  #stopper: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: BackfillsOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopper) return;
    this.#stopper = new AbortController();
    this.#running = this.#loop(this.#stopper.signal);
  }

  /** Once the transaction in hand is over; the next start goes on there. */
  async stop(): Promise<void> {
    this.#stopper?.abort();
    this.#stopper = null;
    await this.#running;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    const { service, log, ready } = this.#options;
    while (!signal.aborted) {
      try {
        const facts = ready() ? await loadFacts(service) : undefined;
        if (facts?.saysExists) await this.#tellWanted(facts, signal);
      } catch (error) {
        if (!signal.aborted)
          log.warn({ err: error, service: service.name }, 'could not look which consumers ask for its rows');
      }
      await delay(LOOK_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #tellWanted(facts: LoadedFacts, signal: AbortSignal): Promise<void> {
    const { service, log, pause } = this.#options;
    for (const { name, consumer } of await facts.wanted()) {
      if (signal.aborted) return;
      try {
        const { complete } = await facts.tell({ name, consumer, signal, pause: pause(signal) });
        if (complete) await facts.noteFailure(name, null);
      } catch (error) {
        log.error(
          { err: error, service: service.name, consumer },
          'a consumer could not be told of its rows',
        );
        await facts.noteFailure(name, (error as Error).message);
      }
    }
  }
}

/** How soon it is noticed that a consumer asks, ms. */
const LOOK_MS = 5_000;
