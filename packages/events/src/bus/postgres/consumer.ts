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
  /** Something may have come since the last take began. */
  #told = false;
  /** Another take at this moment would find the same. */
  #taking = false;
  /** The last take got as much as there was room for: more is waiting. */
  #behind = false;
  /** `performance.now()` when the last take began. */
  #lastTake = -Infinity;
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
    this.#told = true;
    this.#next();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#backstop);
    clearTimeout(this.#soon);
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#rounds);
  }

  /** Begins a round if there is something to take, room for it, and the last one was not just now. */
  #next(): void {
    clearTimeout(this.#soon);
    const room = this.#concurrency - this.#taken;
    if (!this.#told || this.#taking || this.#stopped || room <= 0 || this.#rounds.size >= MAX_ROUNDS) return;
    const wait = this.#lastTake + this.#paceMs(room) - performance.now();
    if (wait <= 0) this.#start();
    else this.#soon = setTimeout(() => this.#next(), Math.ceil(wait));
  }

  /** Between takes: several messages to one transaction cost less than one each, and the last round left must be worth it. */
  #paceMs(room: number): number {
    if (this.#behind && room * 2 >= this.#concurrency) return 0;
    return this.#rounds.size < MAX_ROUNDS - 1 ? PACE_MS : LAST_ROUND_MS;
  }

  #start(): void {
    const round = this.#round().finally(() => {
      this.#rounds.delete(round);
      this.#next();
    });
    this.#rounds.add(round);
  }

  async #round(): Promise<void> {
    try {
      const count = await this.#batch(this.#concurrency - this.#taken);
      this.#failures = 0;
      // What waited behind these in their keys can be had now.
      if (count > 0) this.#told = true;
    } catch (error) {
      this.#subscription.onError?.(error as Error);
      this.#later(Math.min(100 * 2 ** this.#failures++, BACKSTOP_MS));
    }
  }

  async #batch(room: number): Promise<number> {
    this.#taken += room;
    this.#told = false;
    this.#taking = true;
    this.#lastTake = performance.now();
    let unused = room;
    const took = (count: number) => {
      this.#taken -= unused - count;
      unused = 0;
      this.#taking = false;
    };
    try {
      return await withTransaction(this.#pool, async (tx) => {
        const jobs = await takeFirstOfKeys(tx, this.queue, room);
        took(jobs.length);
        this.#behind = jobs.length === room;
        if (this.#behind) this.#told = true;
        this.#next();
        const outcomes = await Promise.all(jobs.map((job) => this.#handle(job)));
        await this.#settle(tx, outcomes);
        return jobs.length;
      });
    } catch (error) {
      if (unused > 0) took(0);
      throw error;
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
      this.#next();
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
const PACE_MS = 5;
const LAST_ROUND_MS = 20;

function reasonOf(error: unknown): string {
  // PostgreSQL takes no NUL in a text.
  return (error instanceof Error ? error.message : String(error)).replaceAll('\0', '').slice(0, 10_000);
}
