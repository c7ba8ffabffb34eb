import { EventsError } from '../../errors.ts';
import type { Failure } from '../../failure.ts';
import { attempt, attemptMany } from '../attempt.ts';
import type { BatchSize } from '../batch-size.ts';
import type { Subscription } from '../bus.ts';
import type { Semaphore } from '../semaphore.ts';
import type { Job } from './take.ts';

/** What became of a message: done if there is no failure, else tried again unless it is final. */
export type Outcome = { job: Job; failure?: Failure; final?: boolean };

export type RoundOptions = {
  subscription: Subscription;
  types: ReadonlySet<string>;
  attempts: number;
  semaphore: Semaphore;
  batchSize: BatchSize;
  /** A place is free. */
  onFree(): void;
};

/**
 * The messages of one take, of which those of a key come one after another: several at once in one batch if they come for the
 * first time, else each by itself. After one that has to be tried again its key waits, so nothing overtakes it.
 */
export class Round {
  readonly outcomes: Outcome[] = [];
  /** Handlers are at work on them. */
  readonly inFlight = new Set<Job>();
  /** Nothing is begun any more. */
  #left = false;
  readonly #jobs: readonly Job[];
  readonly #options: RoundOptions;

  constructor(jobs: readonly Job[], options: RoundOptions) {
    this.#jobs = jobs;
    this.#options = options;
  }

  /** Messages of the take. */
  get size(): number {
    return this.#jobs.length;
  }

  async run(): Promise<void> {
    const fresh = this.#fresh();
    const together = this.#options.subscription.handleMany !== undefined && fresh.length > 1;
    // Without a batch, whoever has a place is in it when this returns.
    if (together) await this.#batch(fresh);
    const told = new Set(this.outcomes.map(({ job }) => job));
    const waiting = new Set(this.outcomes.filter(isToBeTriedAgain).map(({ job }) => job.key));
    const rest = this.#jobs.filter((job) => !told.has(job) && !waiting.has(job.key));
    await Promise.all(
      [...Map.groupBy(rest, ({ key }) => key).values()].map((ofOneKey) => this.#oneByOne(ofOneKey)),
    );
  }

  /** Begins nothing more; what is in flight goes on. */
  leave(): void {
    this.#left = true;
  }

  async #batch(fresh: readonly Job[]): Promise<void> {
    const { subscription, semaphore, onFree } = this.#options;
    const messages = fresh.map(({ message }) => message);
    await semaphore.enter(async () => {
      if (this.#left) return;
      const { done, failed } = await this.#measured(fresh, () => attemptMany(subscription, messages));
      for (const job of fresh.slice(0, done)) this.outcomes.push({ job });
      if (failed) this.#note(fresh[failed.index]!, failed.failure);
    });
    onFree();
  }

  /** Those that may be handled together: of keys of which nothing is to be tried again, and nothing is no message. */
  #fresh(): Job[] {
    const { types } = this.#options;
    const special = ({ failures, unreadable, message }: Job) =>
      failures > 0 || unreadable !== undefined || !types.has(message.type);
    const apart = new Set(this.#jobs.filter(special).map(({ key }) => key));
    return this.#jobs.filter(({ key }) => !apart.has(key));
  }

  async #measured<T extends { done: number }>(jobs: readonly Job[], work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    for (const job of jobs) this.inFlight.add(job);
    const outcome = await work();
    for (const job of jobs) this.inFlight.delete(job);
    this.#options.batchSize.note(outcome.done, performance.now() - began);
    return outcome;
  }

  async #oneByOne(ofOneKey: readonly Job[]): Promise<void> {
    const { semaphore, onFree } = this.#options;
    for (const job of ofOneKey) {
      const goesOn = await semaphore.enter(async () => !this.#left && (await this.#alone(job)));
      onFree();
      if (!goesOn) return;
    }
  }

  /** Whether the next one of its key may follow. */
  async #alone(job: Job): Promise<boolean> {
    const { failure } = await this.#measured([job], async () => ({
      done: 1,
      failure: await this.#attempt(job),
    }));
    return !isToBeTriedAgain(this.#note(job, failure));
  }

  #note(job: Job, failure: Failure | undefined): Outcome {
    const final = failure && (failure.permanent || job.failures + 1 >= this.#options.attempts);
    const outcome = failure ? { job, failure, final: final === true } : { job };
    this.outcomes.push(outcome);
    return outcome;
  }

  async #attempt({ message, unreadable, failures, ends }: Job): Promise<Failure | undefined> {
    const { subscription, types } = this.#options;
    const { type } = message;
    if (unreadable) return { reason: unreadable.message, permanent: true };
    if (ends >= ENDS_MOST)
      return { reason: new EventsError('PROCESS_ENDED', { type, ends }).message, permanent: true };
    if (types.has(type)) return await attempt(subscription, message, failures + 1);
    const { message: reason } = new EventsError('TYPE_NOT_HANDLED', { type, group: subscription.group });
    return { reason, permanent: false };
  }
}

/** Once, perhaps because of another in its batch, and twice alone. */
const ENDS_MOST = 3;

function isToBeTriedAgain({ failure, final }: Outcome): boolean {
  return failure !== undefined && !final;
}
