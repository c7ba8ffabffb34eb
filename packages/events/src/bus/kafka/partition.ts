import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Envelope } from '../../envelope.ts';
import type { Failure } from '../../failure.ts';
import type { Received } from '../received.ts';
import { Offsets } from './offsets.ts';
import { SerialQueue } from './serial-queue.ts';
import type { Parked } from './topics.ts';

export type PartitionWork = {
  types: ReadonlySet<string>;
  attempts: number;
  delayMs: number;
  /** Undefined if it is done. Calls the handler when there is room; rejects without having called it once `signal` aborts. */
  handle(work: Work, signal: AbortSignal): Promise<Failure | undefined>;
  /** Durable in this partition of the retry topic when it resolves; tries until it is, rejects when `signal` aborts. */
  park(parked: Parked, signal: AbortSignal): Promise<void>;
  /** Durable among the dead letters when it resolves; tries until it is, rejects when `signal` aborts. */
  bury(message: Envelope, reason: string, attempts: number, signal: AbortSignal): Promise<void>;
  /** The position of one of the two topics has moved. */
  onDone(): void;
};

/** One attempt at a message; `suspect`: a process may have ended with it in flight. */
export type Work = {
  message: Envelope;
  attempt: number;
  from: 'messages' | 'retries';
  offset: bigint;
  suspect: boolean;
};

/** Up to which offset of each topic (exclusive) messages are suspect. */
export type Suspects = { messages: bigint; retries: bigint };

/**
 * One partition of the messages together with the same partition of the group's retry topic.
 *
 * Order: a message that fails goes to the retry topic; until it is done there, all messages of its key follow it, so they
 * come out in the order they went in. Other keys go on. What was in the retry topic when this process got the partition is
 * read before any new message is handled, since nobody else remembers which keys have something in there.
 */
export class Partition {
  readonly messages = new Offsets();
  readonly retries = new Offsets();
  readonly #work: PartitionWork;
  readonly #keys = new Map<string, Key>();
  readonly #abort = new AbortController();
  /** New messages that came before the retry topic was read; undefined once it is. */
  #held: Taken[] | undefined = [];
  #retriesUpTo: bigint | undefined;
  readonly #suspects = Promise.withResolvers<Suspects>();
  /** Messages taken and not done. */
  inFlight = 0;

  constructor(work: PartitionWork) {
    this.#work = work;
  }

  /** Says up to where the retry topic must be read first; `from` is where this process starts to read it. Nothing begins before. */
  readRetriesFirst(from: bigint, upTo: bigint, suspects: Suspects): void {
    this.#suspects.resolve(suspects);
    this.#retriesUpTo = upTo;
    if (from >= upTo) this.#release();
  }

  takeMessage(offset: bigint, received: Received): void {
    if (!this.messages.take(offset)) return;
    const taken = { offset, ...received };
    const { message, unreadable } = received;
    if (!unreadable && !this.#work.types.has(message.type)) this.#finish(this.messages, taken, 0);
    else if (this.#held) this.#held.push(taken);
    else this.#begin(taken);
  }

  takeRetry(offset: bigint, parked: Parked & Received): void {
    if (this.retries.take(offset)) {
      this.inFlight++;
      const key = this.#key(parked.message.subject);
      key.away.delete(parked.token);
      key.retries.push({ offset, ...parked });
    }
    if (this.#held && this.#retriesUpTo !== undefined && offset + 1n >= this.#retriesUpTo) this.#release();
  }

  /** Starts nothing more and forgets what waits; what is being handled ends by itself. */
  abandon(): void {
    this.#abort.abort();
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const taken of held) this.#begin(taken);
  }

  #begin(taken: Taken): void {
    this.inFlight++;
    this.#key(taken.message.subject).messages.push(taken);
  }

  #key(subject: string): Key {
    let key = this.#keys.get(subject);
    if (!key) {
      const made: Key = {
        messages: new SerialQueue((taken) => this.#first(subject, made, taken)),
        retries: new SerialQueue((taken) => this.#again(subject, made, taken)),
        away: new Set(),
      };
      this.#keys.set(subject, made);
      key = made;
    }
    return key;
  }

  /** A message's first attempt, unless something of its key is being tried again: then it follows that. */
  async #first(subject: string, key: Key, taken: Taken): Promise<void> {
    if (this.#abort.signal.aborted) return;
    try {
      if (key.away.size > 0 || !key.retries.idle) await this.#park(key, taken, 0, 0);
      else await this.#attempt(key, taken);
      this.#finish(this.messages, taken, 1);
    } catch {
      // Abandoned before it was done: whoever has the partition next takes the message again.
    }
    this.#forgetIfIdle(subject, key);
  }

  async #attempt(key: Key, taken: Taken): Promise<void> {
    const failure = await this.#handle(taken, 1, 'messages');
    if (!failure) return;
    if (failure.permanent || this.#work.attempts <= 1) await this.#bury(taken.message, failure, 1);
    else await this.#park(key, taken, 1, Date.now() + this.#work.delayMs);
  }

  async #handle(
    { message, unreadable, offset }: Taken,
    attempt: number,
    from: 'messages' | 'retries',
  ): Promise<Failure | undefined> {
    if (unreadable) return { reason: unreadable.message, permanent: true };
    const { signal } = this.#abort;
    const suspect = offset < (await this.#suspects.promise)[from];
    const failure = await this.#work.handle({ message, attempt, from, offset, suspect }, signal);
    // It may have failed because of that; whoever has the partition now tries it again.
    if (failure) signal.throwIfAborted();
    return failure;
  }

  /** All further attempts, in place: behind this one may be others of its key. */
  async #again(subject: string, key: Key, taken: Taken & Parked): Promise<void> {
    try {
      let { failed, due } = taken;
      while (failed !== DONE) {
        await delay(Math.max(0, due - Date.now()), undefined, { signal: this.#abort.signal });
        failed = await this.#attemptAgain(taken, failed);
        due = Date.now() + this.#work.delayMs;
      }
      this.#finish(this.retries, taken, 1);
    } catch {
      // Abandoned before it was done, as above.
    }
    this.#forgetIfIdle(subject, key);
  }

  /** How often it has failed now, or that it is done: handled, or dead. */
  async #attemptAgain(taken: Taken, failed: number): Promise<number> {
    const failure = await this.#handle(taken, failed + 1, 'retries');
    if (!failure) return DONE;
    if (!failure.permanent && failed + 1 < this.#work.attempts) return failed + 1;
    await this.#bury(taken.message, failure, failed + 1);
    return DONE;
  }

  async #park(key: Key, { message }: Taken, failed: number, due: number): Promise<void> {
    const token = randomUUID();
    key.away.add(token);
    await this.#work.park({ message, failed, due, token }, this.#abort.signal);
  }

  async #bury(message: Envelope, { reason }: Failure, attempts: number): Promise<void> {
    await this.#work.bury(message, reason, attempts, this.#abort.signal);
  }

  #finish(offsets: Offsets, { offset }: Taken, inFlight: number): void {
    offsets.done(offset);
    this.inFlight -= inFlight;
    this.#work.onDone();
  }

  /** Looked at once the lanes have come to rest, which is after the work of their last item has returned. */
  #forgetIfIdle(subject: string, key: Key): void {
    setImmediate(() => {
      const idle = key.messages.idle && key.retries.idle && key.away.size === 0;
      if (idle && this.#keys.get(subject) === key) this.#keys.delete(subject);
    });
  }
}

const DONE = -1;

type Taken = Received & { offset: bigint };

type Key = {
  messages: SerialQueue<Taken>;
  retries: SerialQueue<Taken & Parked>;
  /** Tokens of what is on its way through the retry topic. */
  away: Set<string>;
};
