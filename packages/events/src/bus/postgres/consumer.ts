import { type Db, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { BatchSize } from '../batch-size.ts';
import type { Subscriber, Subscription } from '../bus.ts';
import { Semaphore } from '../semaphore.ts';
import { countEnds, dropInFlight, keepInFlight, recordInFlight } from './in-flight.ts';
import { type Outcome, Round } from './round.ts';
import {
  bury,
  hasSuspects,
  type Job,
  type Leases,
  lease,
  putOff,
  remove,
  renew,
  takeOldest,
} from './take.ts';

/**
 * Takes messages off one queue. A take is handled and removed in one transaction on the bus: whatever ends this process gives
 * it back at once, uncounted, and no other consumer gets ahead of it meanwhile, since the first message of each key is locked.
 * What is still in flight after a second is leased instead, so that no transaction stays open and the others of its take are done.
 *
 * What it hands out is on record before: a message that a process ended with is suspect, and comes alone. For its first second
 * nothing else is in flight, and no other suspect as long as it is; so what it does to the process is counted against itself.
 */
export class Consumer implements Subscriber {
  readonly queue: string;
  readonly #pool: Db;
  readonly #subscription: Subscription;
  readonly #attempts: number;
  readonly #delayMs: number;
  readonly #paceMs: number;
  readonly #types: ReadonlySet<string>;
  readonly #semaphore: Semaphore;
  readonly #batchSize: BatchSize;
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
  /** Records of what this process has in flight. */
  readonly #records = new Set<string>();
  /** Those of them that nothing stands for any more. */
  readonly #toForget = new Set<string>();
  /** There may be suspects in the queue. */
  #suspected = true;
  /** One of them: taken, and in flight for longer than a second. */
  #suspect: 'none' | 'taken' | 'leased' = 'none';
  #stopped = false;
  /** Something may have come since the last take began. */
  #told = false;
  /** Another take at this moment would find the same. */
  #taking = false;
  /** The last take got as much as it asked for: more is waiting. */
  #behind = false;
  /** The last take has left something in the queue, or gives something back, which may be had when a take ends. */
  #left = false;
  /** How many takes have ended. */
  #ended = 0;
  /** `performance.now()` when the last take began. */
  #lastTake = -Infinity;
  #soon: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(pool: Db, subscription: Subscription) {
    const { group, types, concurrency = 16, attempts = 3, delayMs = 5_000, batch = BATCH } = subscription;
    this.#paceMs = subscription.paceMs ?? PACE_MS;
    this.#pool = pool;
    this.#subscription = subscription;
    this.queue = group;
    this.#semaphore = new Semaphore(concurrency);
    this.#batchSize = new BatchSize(subscription.handleMany ? batch : 1);
    this.#attempts = attempts;
    this.#delayMs = delayMs;
    this.#types = new Set(types);
    this.#backstop = setInterval(() => void this.#lookAgain(), BACKSTOP_MS);
    this.wake();
  }

  /** There may be something in the queue: takes it at once, or in a moment if this consumer is busy. */
  wake(): void {
    this.#told = true;
    this.#next();
  }

  /** What notifications do not tell. A suspect may have come to the front of its key, or was made one by another process. */
  async #lookAgain(): Promise<void> {
    this.wake();
    if (this.#suspected || this.#stopped) return;
    this.#suspected = await hasSuspects(this.#pool, this.queue).catch(() => false);
    if (this.#suspected) this.wake();
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
    const full = this.#semaphore.free <= 0 || this.#rounds.size >= MAX_ROUNDS;
    if (!this.#told || this.#taking || this.#stopped || full || this.#suspect === 'taken') return;
    if (this.#suspected && this.#suspect === 'none') {
      if (this.#rounds.size === 0) this.#start(true);
      return;
    }
    const wait = this.#lastTake + this.#intervalMs() - performance.now();
    if (wait <= 0) this.#start(false);
    else this.#soon = setTimeout(() => this.#next(), Math.ceil(wait));
  }

  /** Between takes: several messages to one transaction cost less than one each, and the last round left must be worth it. */
  #intervalMs(): number {
    if (this.#behind) return 0;
    return this.#rounds.size < MAX_ROUNDS - 1 ? this.#paceMs : Math.max(this.#paceMs, LAST_ROUND_MS);
  }

  #start(suspects: boolean): void {
    if (suspects) this.#suspect = 'taken';
    const round = this.#round(suspects).finally(() => {
      if (suspects && this.#suspect === 'taken') this.#suspect = 'none';
      this.#rounds.delete(round);
      this.#next();
    });
    this.#rounds.add(round);
  }

  async #round(suspects: boolean): Promise<void> {
    try {
      const count = await this.#take(suspects);
      this.#failures = 0;
      this.#ended++;
      // What waited behind these in their keys can be had now.
      if (count > 0 && this.#left) this.#told = true;
    } catch (error) {
      this.#subscription.onError?.(error as Error);
      this.#later(Math.min(100 * 2 ** this.#failures++, BACKSTOP_MS));
    }
  }

  async #take(suspects: boolean): Promise<number> {
    const batch = suspects ? 1 : this.#batchSize.batch;
    const limit = suspects ? 1 : batch > 1 ? batch : this.#semaphore.free;
    this.#told = false;
    this.#taking = true;
    this.#lastTake = performance.now();
    const ended = this.#ended;
    let jobs: Job[] | undefined;
    let record: string | undefined;
    try {
      await this.#forgetRecords();
      const goOn = await withTransaction(this.#pool, async (tx) => {
        const asked = { limit, together: batch > 1, taken: this.#taken, suspects };
        const taken = await takeOldest(tx, this.queue, asked);
        jobs = taken.jobs;
        this.#taking = false;
        this.#left = taken.more;
        // It may not have seen yet what those have let go of that ended meanwhile.
        if (taken.more && this.#ended !== ended) this.#told = true;
        this.#taken += jobs.length;
        this.#behind = !suspects && jobs.length === limit;
        if (this.#behind) this.#told = true;
        if (suspects && jobs.length === 0) this.#noSuspects();
        if (jobs.length === 0) return undefined;
        record = await this.#record(tx, jobs);
        if (record === undefined) return undefined;
        const round = this.#handle(jobs);
        this.#next();
        return await this.#finish(tx, { ...round, record });
      });
      if (goOn) this.#goOn(goOn, suspects);
      else if (record) this.#records.delete(record);
      return jobs!.length;
    } catch (error) {
      if (record) this.#toForget.add(record);
      throw error;
    } finally {
      if (jobs) this.#taken -= jobs.length;
      else this.#taking = false;
    }
  }

  /** Undefined if a process has ended with one of them: they are left for the next take, which knows. */
  async #record(tx: pg.PoolClient, jobs: readonly Job[]): Promise<string | undefined> {
    const known = { ids: jobs.map(({ id }) => id), ours: this.#records };
    const record = await recordInFlight(this.#pool, this.queue, known);
    if (record !== undefined) this.#records.add(record);
    else {
      await countEnds(tx, this.queue, known);
      this.#suspected = true;
      this.#told = true;
    }
    return record;
  }

  /** Records of takes that broke off, of which this process still lives. */
  async #forgetRecords(): Promise<void> {
    const records = [...this.#toForget];
    if (records.length === 0) return;
    await dropInFlight(this.#pool, records);
    for (const record of records) {
      this.#toForget.delete(record);
      this.#records.delete(record);
    }
  }

  #noSuspects(): void {
    this.#suspected = false;
    this.#told = true;
  }

  #handle(jobs: readonly Job[]): Begun {
    const round = new Round(jobs, {
      subscription: this.#subscription,
      types: this.#types,
      attempts: this.#attempts,
      semaphore: this.#semaphore,
      batchSize: this.#batchSize,
      onFree: () => this.#next(),
    });
    this.#open.add(round);
    if (this.#stopped) round.leave();
    const over = round.run().finally(() => this.#open.delete(round));
    return { round, over: this.#work(over) };
  }

  /** Settles what is done; what is not in time is leased, and what was not begun is left for the next take. */
  async #finish(tx: pg.PoolClient, inFlight: InFlight): Promise<Leased | undefined> {
    const { round, over, record } = inFlight;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ROUND_MS);
    await Promise.race([over, late.promise]).finally(() => clearTimeout(timer));
    round.leave();
    const ids = [...round.inFlight].map(({ id }) => id);
    const done = round.outcomes.splice(0);
    if (ids.length + done.length < round.size) this.#left = true;
    if (ids.length === 0) {
      await this.#settle(tx, done);
      await dropInFlight(tx, [record]);
      return undefined;
    }
    const leases = await lease(tx, this.queue, { ids, leaseMs: LEASE_MS });
    await this.#settle(tx, done);
    await keepInFlight(tx, record, ids);
    return { ...inFlight, leases };
  }

  #goOn(leased: Leased, suspect: boolean): void {
    if (suspect) this.#suspect = 'leased';
    // Nothing is lost: when the lease has run out it comes again, and its mark says that it is done.
    const kept = this.#keep(leased).catch((error: unknown) => {
      this.#toForget.add(leased.record);
      this.#subscription.onError?.(error as Error);
    });
    this.#work(
      kept.then(() => {
        if (suspect) this.#suspect = 'none';
        this.wake();
      }),
    );
  }

  /** Renews the leases until the handlers are done, then settles what became of theirs. */
  async #keep({ round, over, leases, record }: Leased): Promise<void> {
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
      await dropInFlight(tx, [record]);
    });
    this.#records.delete(record);
  }

  #work(work: Promise<void>): Promise<void> {
    const working = work.finally(() => this.#working.delete(working));
    this.#working.add(working);
    return working;
  }

  async #settle(tx: pg.PoolClient, outcomes: readonly Outcome[]): Promise<void> {
    const gone: string[] = [];
    for (const { job, failure, final } of outcomes) {
      if (!failure) gone.push(job.id);
      else if (final) await bury(tx, this.queue, { job, reason: failure.reason });
      else {
        await putOff(tx, this.queue, { job, delayMs: this.#delayMs, reason: failure.reason });
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

type Begun = { round: Round; over: Promise<void> };
type InFlight = Begun & { record: string };
type Leased = InFlight & { leases: Leases };

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
