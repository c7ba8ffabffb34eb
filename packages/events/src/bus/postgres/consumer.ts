import { type Db, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { Subscriber, Subscription } from '../bus.ts';
import { Pace } from '../pace.ts';
import { Room } from '../room.ts';
import { type Outcome, Round } from './round.ts';
import { type Job, type Leases, lease, putOff, remove, renew, takeOldest } from './take.ts';

/**
 * Takes messages off one queue. A take is handled and removed in one transaction on the bus: whatever ends this process gives
 * it back at once, uncounted, and no other consumer gets ahead of it meanwhile, since the first message of each key is locked.
 * What is still in hand after a second is leased instead, so that no transaction stays open and the others of its take are done.
 */
export class Consumer implements Subscriber {
  readonly queue: string;
  readonly #pool: Db;
  readonly #subscription: Subscription;
  readonly #attempts: number;
  readonly #delayMs: number;
  readonly #types: ReadonlySet<string>;
  readonly #room: Room;
  readonly #pace: Pace;
  /** Takes whose transaction is open. */
  readonly #rounds = new Set<Promise<void>>();
  /** Handlers at work, and what has to be settled once they are done, whatever has become of the take's transaction. */
  readonly #working = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #backstop: NodeJS.Timeout;
  /** What is under way in open takes. */
  readonly #open = new Set<Round>();
  /** Messages in open takes. */
  #taken = 0;
  #stopped = false;
  /** Something may have come since the last take began. */
  #told = false;
  /** Another take at this moment would find the same. */
  #taking = false;
  /** The last take got as much as it asked for: more is waiting. */
  #behind = false;
  /** `performance.now()` when the last take began. */
  #lastTake = -Infinity;
  #soon: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(pool: Db, subscription: Subscription) {
    const { group, types, concurrency = 16, attempts = 3, delayMs = 5_000, batch = BATCH } = subscription;
    this.#pool = pool;
    this.#subscription = subscription;
    this.queue = group;
    this.#room = new Room(concurrency);
    this.#pace = new Pace(subscription.handleMany ? batch : 1);
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
    for (const round of this.#open) round.leave();
    await Promise.all(this.#rounds);
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  /** Begins a round if there is something to take, room for it, and the last one was not just now. */
  #next(): void {
    clearTimeout(this.#soon);
    const full = this.#room.free <= 0 || this.#rounds.size >= MAX_ROUNDS;
    if (!this.#told || this.#taking || this.#stopped || full) return;
    const wait = this.#lastTake + this.#paceMs() - performance.now();
    if (wait <= 0) this.#start();
    else this.#soon = setTimeout(() => this.#next(), Math.ceil(wait));
  }

  /** Between takes: several messages to one transaction cost less than one each, and the last round left must be worth it. */
  #paceMs(): number {
    if (this.#behind) return 0;
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
      const count = await this.#take();
      this.#failures = 0;
      // What waited behind these in their keys can be had now.
      if (count > 0) this.#told = true;
    } catch (error) {
      this.#subscription.onError?.(error as Error);
      this.#later(Math.min(100 * 2 ** this.#failures++, BACKSTOP_MS));
    }
  }

  async #take(): Promise<number> {
    const batch = this.#pace.batch;
    const room = batch > 1 ? batch : this.#room.free;
    this.#told = false;
    this.#taking = true;
    this.#lastTake = performance.now();
    let jobs: Job[] | undefined;
    try {
      const goOn = await withTransaction(this.#pool, async (tx) => {
        jobs = await takeOldest(tx, this.queue, { room, together: batch > 1, taken: this.#taken });
        this.#taking = false;
        this.#taken += jobs.length;
        this.#behind = jobs.length === room;
        if (this.#behind) this.#told = true;
        const round = this.#handle(jobs);
        this.#next();
        return await this.#finish(tx, round);
      });
      if (goOn) this.#goOn(goOn);
      return jobs!.length;
    } finally {
      if (jobs) this.#taken -= jobs.length;
      else this.#taking = false;
    }
  }

  #handle(jobs: readonly Job[]): InHand {
    const round = new Round(jobs, {
      subscription: this.#subscription,
      types: this.#types,
      attempts: this.#attempts,
      room: this.#room,
      pace: this.#pace,
      onFree: () => this.#next(),
    });
    this.#open.add(round);
    if (this.#stopped) round.leave();
    const over = round.run().finally(() => this.#open.delete(round));
    return { round, over: this.#work(over) };
  }

  /** Settles what is done; what is not in time is leased, and what was not begun is left for the next take. */
  async #finish(tx: pg.PoolClient, inHand: InHand): Promise<Leased | undefined> {
    const { round, over } = inHand;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ROUND_MS);
    await Promise.race([over, late.promise]).finally(() => clearTimeout(timer));
    round.leave();
    const ids = [...round.inHand].map(({ id }) => id);
    const done = round.outcomes.splice(0);
    if (ids.length === 0) {
      await this.#settle(tx, done);
      return undefined;
    }
    const leases = await lease(tx, this.queue, { ids, leaseMs: LEASE_MS });
    await this.#settle(tx, done);
    return { ...inHand, leases };
  }

  #goOn(leased: Leased): void {
    // Nothing is lost: when the lease has run out it comes again, and its mark says that it is done.
    this.#work(this.#keep(leased).catch((error: unknown) => this.#subscription.onError?.(error as Error)));
  }

  /** Renews the leases until the handlers are done, then settles what became of theirs. */
  async #keep({ round, over, leases }: Leased): Promise<void> {
    let renewal = Promise.resolve(leases);
    const renewing = setInterval(() => {
      renewal = renewal.then((ours) =>
        renew(this.#pool, this.queue, ours, LEASE_MS).catch((error: unknown) => {
          this.#subscription.onError?.(error as Error);
          return ours;
        }),
      );
    }, LEASE_MS / 4);
    await over.finally(() => clearInterval(renewing));
    const ours = await renewal;
    await withTransaction(this.#pool, async (tx) => {
      const still = await renew(tx, this.queue, ours, 0);
      const outcomes = round.outcomes.filter(({ job }) => still.has(job.id));
      await this.#settle(tx, outcomes);
    });
    this.wake();
  }

  #work(work: Promise<void>): Promise<void> {
    const working = work.finally(() => this.#working.delete(working));
    this.#working.add(working);
    return working;
  }

  async #settle(tx: pg.PoolClient, outcomes: readonly Outcome[]): Promise<void> {
    const gone: string[] = [];
    for (const { job, failure, final } of outcomes) {
      if (!failure || final) gone.push(job.id);
      if (!failure) continue;
      if (final) await this.#bury(tx, job, failure.reason);
      else {
        await putOff(tx, this.queue, { id: job.id, delayMs: this.#delayMs, reason: failure.reason });
        this.#later(this.#delayMs);
      }
    }
    if (gone.length > 0) await remove(tx, this.queue, gone);
  }

  async #bury(tx: pg.PoolClient, { message, failures }: Job, reason: string): Promise<void> {
    await tx.query(
      `INSERT INTO banyan_bus.dead_letters (queue, type, message, reason, attempts) VALUES ($1, $2, $3, $4, $5)`,
      [this.queue, message.type, message, reason, failures + 1],
    );
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

type InHand = { round: Round; over: Promise<void> };
type Leased = InHand & { leases: Leases };

const BATCH = 128;
/** Transactions, so connections, that one consumer holds at most. */
const MAX_ROUNDS = 4;
/** How long a transaction on the bus may wait for handlers. */
const ROUND_MS = 1_000;
/** What a process that died had leased is given to others after so long. */
const LEASE_MS = 10_000;
/** What notifications do not tell: messages that a killed consumer gave back, retries that another one has put off. */
const BACKSTOP_MS = 1_000;
const PACE_MS = 5;
const LAST_ROUND_MS = 20;
