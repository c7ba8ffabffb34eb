import { setTimeout as delay } from 'node:timers/promises';
import { type Db, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { EventsError, isPermanent } from '../../errors.ts';
import type { Subscriber, Subscription } from '../bus.ts';
import { type Job, putOff, remove, takeFirstOfKeys } from './take.ts';

/**
 * Takes messages off one queue. A batch is taken, handled and removed in one transaction on the bus: whatever ends this
 * process gives the batch back at once, uncounted, and no other consumer gets ahead of it meanwhile, since its rows are
 * locked and only the first message of a key is ever taken.
 */
export class Consumer implements Subscriber {
  readonly queue: string;
  readonly #pool: Db;
  readonly #subscription: Subscription;
  readonly #concurrency: number;
  readonly #attempts: number;
  readonly #delayMs: number;
  readonly #types: ReadonlySet<string>;
  readonly #rounds = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #backstop: NodeJS.Timeout;
  /** Messages in hand, and places that a round asks for at this moment. */
  #taken = 0;
  #stopped = false;
  /** Something may have come since the last fetch began. */
  #told = false;
  /** The last fetch took as much as there was room for: more is waiting, and a second round has something to do. */
  #behind = false;
  #soon: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(pool: Db, subscription: Subscription) {
    const { group, types, concurrency = 16, attempts = 3, delayMs = 5_000 } = subscription;
    this.#pool = pool;
    this.#subscription = subscription;
    this.queue = group;
    this.#concurrency = concurrency;
    this.#attempts = attempts;
    this.#delayMs = delayMs;
    this.#types = new Set(types);
    this.#backstop = setInterval(() => this.wake(), BACKSTOP_MS);
    this.wake();
  }

  /** There may be something in the queue: takes it at once, or in a moment if this consumer is busy. */
  wake(): void {
    if (this.#stopped) return;
    this.#told = true;
    if (this.#rounds.size === 0) this.#start();
    // The round that is under way takes it, unless its handlers are slow.
    else this.#soon ??= setTimeout(() => this.#startAnother(), this.#behind ? 1 : SOON_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#backstop);
    clearTimeout(this.#soon);
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#rounds);
  }

  #startAnother(): void {
    this.#soon = undefined;
    const room = this.#taken < this.#concurrency && this.#rounds.size < MAX_ROUNDS;
    if (this.#told && room && !this.#stopped) this.#start();
  }

  #start(): void {
    const round = this.#round().finally(() => this.#rounds.delete(round));
    this.#rounds.add(round);
  }

  /** Batch after batch until the queue gives none. */
  async #round(): Promise<void> {
    try {
      while (!this.#stopped && this.#taken < this.#concurrency) {
        const room = this.#concurrency - this.#taken;
        this.#told = false;
        const count = await this.#batch(room);
        this.#failures = 0;
        if (count === 0 && !this.#told) return;
        // Several messages to one transaction cost less than one each.
        if (count < room) await delay(PACE_MS);
      }
    } catch (error) {
      this.#subscription.onError?.(error as Error);
      this.#later(Math.min(100 * 2 ** this.#failures++, BACKSTOP_MS));
    }
  }

  async #batch(room: number): Promise<number> {
    this.#taken += room;
    let unused = room;
    try {
      return await withTransaction(this.#pool, async (tx) => {
        const jobs = await takeFirstOfKeys(tx, this.queue, room);
        unused -= jobs.length;
        this.#taken -= unused;
        unused = 0;
        this.#behind = jobs.length === room;
        if (this.#behind) this.#told = true;
        const outcomes = await Promise.all(jobs.map((job) => this.#handle(job)));
        await this.#settle(tx, outcomes);
        return jobs.length;
      });
    } finally {
      this.#taken -= unused;
    }
  }

  async #handle(job: Job): Promise<Outcome> {
    const attempt = job.failures + 1;
    try {
      const { type } = job.data;
      if (!this.#types.has(type)) throw new EventsError('TYPE_NOT_HANDLED', { type, group: this.queue });
      await this.#subscription.handle(job.data, { attempt });
      return { job, attempt };
    } catch (error) {
      return { job, attempt, error };
    } finally {
      this.#taken--;
      if (this.#told) this.wake();
    }
  }

  async #settle(tx: pg.PoolClient, outcomes: readonly Outcome[]): Promise<void> {
    const gone: string[] = [];
    for (const { job, attempt, error } of outcomes) {
      if (error === undefined) gone.push(job.id);
      else if (attempt >= this.#attempts || isPermanent(error)) {
        gone.push(job.id);
        await tx.query(
          `INSERT INTO banyan_bus.dead_letters (queue, type, message, reason, attempts) VALUES ($1, $2, $3, $4, $5)`,
          [this.queue, job.data.type, job.data, reasonOf(error), attempt],
        );
      } else {
        await putOff(tx, this.queue, { id: job.id, delayMs: this.#delayMs, reason: reasonOf(error) });
        this.#later(this.#delayMs);
      }
    }
    if (gone.length > 0) await remove(tx, this.queue, gone);
  }

  #later(ms: number): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.wake();
    }, ms);
    this.#timers.add(timer);
  }
}

type Outcome = { job: Job; attempt: number; error?: unknown };

/** Transactions, so connections, that one consumer holds at most. */
const MAX_ROUNDS = 4;
/** What notifications do not tell: messages that a killed consumer gave back, retries that another one has put off. */
const BACKSTOP_MS = 1_000;
const SOON_MS = 20;
const PACE_MS = 4;

function reasonOf(error: unknown): string {
  // PostgreSQL takes no NUL in a text.
  return (error instanceof Error ? error.message : String(error)).replaceAll('\0', '').slice(0, 10_000);
}
