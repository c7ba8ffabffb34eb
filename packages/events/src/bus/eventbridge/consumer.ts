import { setTimeout as delay } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Envelope } from '../../envelope.ts';
import { EventsError } from '../../errors.ts';
import type { Failure } from '../../failure.ts';
import { Batcher } from '../batcher.ts';
import type { Subscriber, Subscription } from '../bus.ts';
import { type Received, receive } from '../received.ts';
import { Semaphore } from '../semaphore.ts';

export type QueueConsumerOptions = {
  sqs: SQSClient;
  queueUrl: string;
  deadUrl: string;
  subscription: Subscription;
};

/** What lies in a dead-letter queue. */
export type Buried = { message: Envelope; reason: string; attempts: number; diedAt: string };

/** Takes messages off one queue; each is the subscriber's own, and renewed, until it is handled. */
export class QueueConsumer implements Subscriber {
  readonly #options: QueueConsumerOptions;
  readonly #batcher: Batcher;
  /** For messages that came more often than they were tried: their processes ended, so one after another. */
  readonly #alone = new Semaphore(1);
  readonly #abort = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #running: Promise<unknown>;
  readonly #concurrency: number;
  /** Messages in flight, and places that a request under way asks for. */
  #taken = 0;

  constructor(options: QueueConsumerOptions) {
    this.#options = options;
    this.#concurrency = options.subscription.concurrency ?? 16;
    this.#batcher = new Batcher(options.subscription, new Semaphore(this.#concurrency));
    const receivers = Math.ceil(this.#concurrency / MOST_AT_ONCE);
    this.#running = Promise.all(Array.from({ length: receivers }, () => this.#receive()));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    await Promise.all(this.#inFlight);
  }

  async #receive(): Promise<void> {
    for (let failures = 0; !this.#abort.signal.aborted; ) {
      const limit = Math.min(MOST_AT_ONCE, this.#concurrency - this.#taken);
      if (limit <= 0) {
        await Promise.race(this.#inFlight);
        continue;
      }
      this.#taken += limit;
      let unused = limit;
      try {
        const messages = await this.#ask(limit);
        unused -= messages.length;
        failures = 0;
        for (const message of messages) this.#begin(message);
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#options.subscription.onError?.(error as Error);
        const pause = Math.min(100 * 2 ** failures++, 5_000);
        await delay(pause, undefined, { signal: this.#abort.signal }).catch(() => {});
      } finally {
        this.#taken -= unused;
      }
    }
  }

  async #ask(limit: number): Promise<Message[]> {
    const { Messages = [] } = await this.#options.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#options.queueUrl,
        MaxNumberOfMessages: limit,
        WaitTimeSeconds: 20,
        VisibilityTimeout: LEASE_SECONDS,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
      { abortSignal: this.#abort.signal },
    );
    return Messages;
  }

  #begin(message: Message): void {
    const work = this.#settle(message)
      .catch((error) => this.#options.subscription.onError?.(error as Error))
      .finally(() => {
        this.#taken--;
        this.#inFlight.delete(work);
      });
    this.#inFlight.add(work);
  }

  /** Handles it and takes it off the queue, or gives it back for later, or buries it. */
  async #settle({ Body, ReceiptHandle, Attributes }: Message): Promise<void> {
    const { sqs, queueUrl, deadUrl, subscription } = this.#options;
    const { attempts = 3, delayMs = 5_000 } = subscription;
    const attempt = Number(Attributes?.ApproximateReceiveCount ?? 1);
    const received = receive(Body ?? '');
    const receipt = { QueueUrl: queueUrl, ReceiptHandle: ReceiptHandle! };
    const failure =
      attempt > attempts + ENDS_MOST
        ? processEnded(received.message, attempt)
        : await this.#handle(
            received,
            { attempt: Math.min(attempt, attempts), alone: attempt > attempts },
            receipt,
          );
    if (failure && attempt < attempts && !failure.permanent) {
      const seconds = Math.min(Math.ceil(delayMs / 1000), MAX_DELAY_SECONDS);
      await sqs.send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: seconds }));
      return;
    }
    if (failure) {
      const { reason } = failure;
      const buried: Buried = {
        message: received.message,
        reason,
        attempts: attempt,
        diedAt: new Date().toISOString(),
      };
      await sqs.send(new SendMessageCommand({ QueueUrl: deadUrl, MessageBody: JSON.stringify(buried) }));
    }
    await sqs.send(new DeleteMessageCommand(receipt));
  }

  async #handle(
    { message, unreadable }: Received,
    { attempt, alone }: { attempt: number; alone: boolean },
    receipt: { QueueUrl: string; ReceiptHandle: string },
  ): Promise<Failure | undefined> {
    if (unreadable) return { reason: unreadable.message, permanent: true };
    const { sqs, subscription } = this.#options;
    const renew = setInterval(() => {
      sqs
        .send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: LEASE_SECONDS }))
        .catch((error) => subscription.onError?.(error as Error));
    }, LEASE_SECONDS * 400);
    try {
      const handle = () => this.#batcher.handle(message, attempt);
      return await (alone ? this.#alone.enter(handle) : handle());
    } finally {
      clearInterval(renew);
    }
  }
}

function processEnded({ type }: Envelope, receipts: number): Failure {
  const { message: reason } = new EventsError('PROCESS_ENDED', { type, receipts });
  return { reason, permanent: true };
}

/**
 * Receipts beyond the attempts before a message is given up. SQS counts those for others that were in flight too when a process
 * ended; in the order of chance in which they come again half of these are done each time.
 */
const ENDS_MOST = 10;
/** SQS gives ten at most. */
const MOST_AT_ONCE = 10;
/** How long a message of a process that was killed stays away from others. */
const LEASE_SECONDS = 30;
/** SQS's own limit: twelve hours. */
const MAX_DELAY_SECONDS = 43_200;
