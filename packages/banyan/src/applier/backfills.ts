import { setTimeout as delay } from 'node:timers/promises';
import type { Walked } from '@banyan/events/facts';
import type { LinkedService } from '@banyan/plan';
import type { Logger } from 'pino';
import { type LoadedFacts, loadFacts } from './facts.ts';
import type { Pace } from './pace.ts';

export type BackfillsOptions = {
  service: LinkedService;
  log: Logger;
  /** The service has all rows, and they are kept up to date. */
  ready: () => boolean;
  /** Of one consumer's. */
  paceOf: (signal: AbortSignal) => Pace;
};

/** Tells consumers whose definitions ask for it which rows a service has, one consumer after another. */
export class Backfills {
  readonly #options: BackfillsOptions;
  #stopper: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();
  #telling: Telling | null = null;

  constructor(options: BackfillsOptions) {
    this.#options = options;
  }

  /** What it is at, as an operator reads it; null: nothing. */
  get telling(): string | null {
    return this.#telling && describeTelling(this.#telling, performance.now());
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
    const { service, log, paceOf } = this.#options;
    for (const { name, consumer } of await facts.wanted()) {
      if (signal.aborted) return;
      try {
        const { rangeRows, throttle, onRows } = paceOf(signal);
        const onProgress = ({ rows, total }: Walked) => {
          onRows(rows);
          const begun = this.#telling ?? { at: performance.now(), from: rows };
          this.#telling = { ...begun, consumer, rows, total, unhandled: 0 };
        };
        const onWait = (unhandled: number) => {
          const begun = this.#telling ?? { consumer, rows: 0, total: 0, at: performance.now(), from: 0 };
          this.#telling = { ...begun, unhandled };
        };
        const pace = { chunkRows: rangeRows, pause: throttle.pause, onProgress, onWait };
        const { complete } = await facts.tell({ name, consumer, signal, ...pace });
        if (complete) await facts.noteFailure(name, null);
      } catch (error) {
        log.error(
          { err: error, service: service.name, consumer },
          'a consumer could not be told of its rows',
        );
        await facts.noteFailure(name, (error as Error).message);
      } finally {
        this.#telling = null;
      }
    }
  }
}

/**
 * How far one consumer is told, and from which row on this process has told it since `at` (a clock of its own, ms). `unhandled`: so many
 * facts are waited for.
 */
type Telling = {
  consumer: string;
  rows: number;
  total: number;
  at: number;
  from: number;
  unhandled: number;
};

/** Pure. */
export function describeTelling(
  { consumer, rows, total, at, from, unhandled }: Telling,
  now: number,
): string {
  const waits = unhandled > 0 ? `, waits until it has handled ${unhandled} facts` : '';
  const text = `tells ${consumer} which rows there are, ${rows} of ${total}${waits}`;
  if (rows <= from) return text;
  const secondsLeft = Math.max(0, Math.ceil(((total - rows) * (now - at)) / (rows - from) / 1_000));
  return `${text}, ${secondsLeft} s left`;
}

/** How soon it is noticed that a consumer asks, ms. */
const LOOK_MS = 5_000;
