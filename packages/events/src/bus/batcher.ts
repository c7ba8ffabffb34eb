import type { Envelope } from '../envelope.ts';
import { EventsError } from '../errors.ts';
import type { Failure } from '../failure.ts';
import { attempt, attemptMany } from './attempt.ts';
import { BatchSize } from './batch-size.ts';
import type { Subscription } from './bus.ts';
import type { Semaphore } from './semaphore.ts';

type Waiting = {
  message: Envelope;
  /** Nobody wants it done any more once it aborts. */
  signal?: AbortSignal;
  resolve(failure: Failure | undefined): void;
  reject(reason: unknown): void;
};

/**
 * Handles messages that a bus hands out one by one, several at once if they come at the same time for the first time and are
 * quick: what waits for a place goes together.
 */
export class Batcher {
  readonly #subscription: Subscription;
  readonly #types: ReadonlySet<string>;
  readonly #semaphore: Semaphore;
  readonly #batchSize: BatchSize;
  readonly #waiting: Waiting[] = [];
  #soon = false;

  constructor(subscription: Subscription, semaphore: Semaphore) {
    const { batch = 128, types, handleMany } = subscription;
    this.#subscription = subscription;
    this.#types = new Set(types);
    this.#semaphore = semaphore;
    this.#batchSize = new BatchSize(handleMany ? batch : 1);
  }

  /** Undefined if it is done. Rejects, without having called a handler, if `signal` aborts before its turn. */
  handle(message: Envelope, number: number, signal?: AbortSignal): Promise<Failure | undefined> {
    const { type } = message;
    const { group, handleMany } = this.#subscription;
    if (!this.#types.has(type)) {
      const { message: reason } = new EventsError('TYPE_NOT_HANDLED', { type, group });
      return Promise.resolve({ reason, permanent: false });
    }
    if (number > 1 || !handleMany) return this.#alone(message, number, signal);
    const { promise, resolve, reject } = Promise.withResolvers<Failure | undefined>();
    this.#waiting.push({ message, resolve, reject, ...(signal && { signal }) });
    this.#next();
    return promise;
  }

  #alone(message: Envelope, number: number, signal?: AbortSignal): Promise<Failure | undefined> {
    return this.#semaphore.enter(async () => {
      signal?.throwIfAborted();
      const began = performance.now();
      const failure = await attempt(this.#subscription, message, number);
      this.#batchSize.note(1, performance.now() - began);
      return failure;
    });
  }

  /** Once those that come at this moment are there, and there is a place. */
  #next(): void {
    if (this.#soon) return;
    this.#soon = true;
    setImmediate(() => {
      void this.#semaphore.enter(async () => {
        this.#soon = false;
        const some = this.#waiting.splice(0, this.#batchSize.batch);
        if (this.#waiting.length > 0) this.#next();
        await this.#together(some.filter(isWanted));
      });
    });
  }

  async #together(some: readonly Waiting[]): Promise<void> {
    const began = performance.now();
    const messages = some.map(({ message }) => message);
    const { done, failed } =
      some.length > 1 ? await attemptMany(this.#subscription, messages) : { done: 0, failed: undefined };
    this.#batchSize.note(done, performance.now() - began);
    for (const [index, { message, signal, resolve, reject }] of some.entries()) {
      if (index < done) resolve(undefined);
      else if (index === failed?.index) resolve(failed.failure);
      else this.#alone(message, 1, signal).then(resolve, reject);
    }
  }
}

function isWanted({ signal, reject }: Waiting): boolean {
  if (!signal?.aborted) return true;
  reject(signal.reason);
  return false;
}
