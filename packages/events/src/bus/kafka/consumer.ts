import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Consumer, type Message, type MessageToProduce } from '@platformatic/kafka';
import type { Envelope } from '../../envelope.ts';
import type { Failure } from '../../failure.ts';
import { Batcher } from '../batcher.ts';
import type { DeadLetter, Subscriber, Subscription } from '../bus.ts';
import { receive } from '../received.ts';
import { Semaphore } from '../semaphore.ts';
import { assignTogether, type Member } from './assign.ts';
import { InFlight } from './in-flight.ts';
import { Partition, type Work } from './partition.ts';
import { type KafkaConnection, receiveParked, record, type TopicNames } from './topics.ts';

export type GroupConsumerOptions = {
  connection: KafkaConnection;
  admin: Admin;
  topics: TopicNames;
  subscription: Subscription;
  produce(records: readonly MessageToProduce[]): Promise<void>;
};

/** One subscriber of a group: a member that has some partitions of the messages and of the group's retry topic. */
export class GroupConsumer implements Subscriber {
  readonly #options: GroupConsumerOptions;
  readonly #retryTopic: string;
  readonly #partitions = new Map<number, Partition>();
  readonly #committed = new Map<string, bigint>();
  readonly #epochs = new Map<string, number>();
  readonly #semaphore: Semaphore;
  readonly #batcher: Batcher;
  readonly #inFlight: InFlight;
  readonly #abort = new AbortController();
  #consumer: Consumer;
  #stream: Awaited<ReturnType<Consumer['consume']>> | undefined;
  #running: Promise<void> | undefined;
  #commitSoon: NodeJS.Timeout | undefined;
  #committing: Promise<void> = Promise.resolve();

  constructor(options: GroupConsumerOptions) {
    this.#options = options;
    this.#retryTopic = options.topics.retry(options.subscription.group);
    this.#semaphore = new Semaphore(options.subscription.concurrency ?? 16);
    this.#batcher = new Batcher(options.subscription, this.#semaphore);
    const { admin, topics, subscription } = options;
    this.#inFlight = new InFlight({
      admin,
      groupId: topics.group(subscription.group),
      topics: [topics.messages, this.#retryTopic],
      onError: this.#onError,
    });
    this.#consumer = this.#connect();
  }

  /** Resolves once the group has a position: what is published from then on reaches it. */
  async start(): Promise<void> {
    await this.#takePosition();
    const joined = Promise.withResolvers<void>();
    this.#running = this.#run(joined.resolve);
    await joined.promise;
  }

  async stop(): Promise<void> {
    if (!this.#abort.signal.aborted) {
      this.#abort.abort();
      for (const partition of this.#partitions.values()) partition.abandon();
      await this.#semaphore.empty();
      clearTimeout(this.#commitSoon);
      await this.#commit();
      await this.#inFlight.giveBack([...this.#partitions.keys()]).catch(this.#onError);
      await this.#consumer.close(true).catch(this.#onError);
    }
    await this.#running;
  }

  readonly #onError = (error: unknown) => this.#options.subscription.onError?.(error as Error);

  #connect(): Consumer {
    const { connection, topics, subscription } = this.#options;
    const member: Member = { types: subscription.types };
    const consumer = new Consumer({
      ...connection,
      groupId: topics.group(subscription.group),
      autocommit: false,
      sessionTimeout: 10_000,
      heartbeatInterval: 1_000,
      rebalanceTimeout: 10_000,
      maxWaitTime: 500,
      minBytes: 1,
      protocols: [{ name: 'banyan', version: 0, metadata: JSON.stringify(member) }],
      partitionAssigner: assignTogether,
    });
    consumer.on('consumer:group:join', () => this.#assigned(consumer));
    // What it does not repair by itself, e.g. that it could not join again while its broker was away: begins anew. Without a
    // listener an 'error' would end the process.
    const startOver = (error: Error) => {
      this.#onError(error);
      if (consumer === this.#consumer) this.#stream?.destroy(error);
    };
    consumer.on('error', startOver);
    consumer.on('consumer:heartbeat:stalled', () => startOver(new Error('The group does not answer')));
    return consumer;
  }

  /**
   * A new group starts with what comes now. Written down at once: a group without a position would miss what is published
   * between its first subscriber's end and its next one's start.
   */
  async #takePosition(): Promise<void> {
    const { admin, topics, subscription } = this.#options;
    const groupId = topics.group(subscription.group);
    const [known] = await admin.listConsumerGroupOffsets({ groups: [groupId] }).catch(() => []);
    const has = new Set(
      known?.topics.flatMap(({ name, partitions }) =>
        partitions.filter((at) => at.committedOffset >= 0n).map((at) => `${name}/${at.partitionIndex}`),
      ),
    );
    const ends = await this.#consumer.listOffsets({ topics: [topics.messages, this.#retryTopic] });
    const missing = [...ends].map(([name, offsets]) => ({
      name,
      partitionOffsets: offsets
        .map((end, partition) => ({ partition, offset: name === this.#retryTopic ? 0n : end }))
        .filter(({ partition }) => !has.has(`${name}/${partition}`)),
    }));
    const wanted = missing.filter(({ partitionOffsets }) => partitionOffsets.length > 0);
    if (wanted.length === 0) return;
    // Refused if the group has members already: one of them has taken the position.
    await admin.alterConsumerGroupOffsets({ groupId, topics: wanted }).catch(this.#onError);
  }

  /** Reads until it is stopped; begins again when the connection or the membership is lost. */
  async #run(joined: () => void): Promise<void> {
    const { topics } = this.#options;
    for (let failures = 0; !this.#abort.signal.aborted; failures++) {
      try {
        const stream = await this.#consumer.consume({
          topics: [topics.messages, this.#retryTopic],
          mode: 'committed',
          fallbackMode: 'earliest',
          autocommit: false,
        });
        this.#stream = stream;
        joined();
        for await (const message of stream) {
          failures = 0;
          this.#take(message);
          while (this.#countInFlight() > MOST_IN_HAND && !this.#abort.signal.aborted) await delay(10);
        }
      } catch (error) {
        if (!this.#abort.signal.aborted) this.#onError(error);
      }
      joined();
      if (this.#abort.signal.aborted) return;
      this.#abandonAll();
      await this.#consumer.close(true).catch(() => {});
      await delay(Math.min(100 * 2 ** failures, 5_000), undefined, { signal: this.#abort.signal }).catch(
        () => {},
      );
      if (!this.#abort.signal.aborted) this.#consumer = this.#connect();
    }
  }

  /** Keeps the partitions that are still ours, forgets those that are not, opens new ones. */
  #assigned(consumer: Consumer): void {
    if (consumer !== this.#consumer) return;
    const { messages } = this.#options.topics;
    const ours = new Set(consumer.assignments?.find(({ topic }) => topic === messages)?.partitions);
    for (const [number, partition] of this.#partitions) {
      if (!ours.has(number)) {
        partition.abandon();
        this.#partitions.delete(number);
      }
    }
    const opened = [...ours].filter((number) => !this.#partitions.has(number));
    for (const number of opened) this.#partitions.set(number, this.#open(number));
    if (opened.length > 0) void this.#readRetriesFirst(consumer, opened);
  }

  async #readRetriesFirst(consumer: Consumer, numbers: number[]): Promise<void> {
    const topic = this.#retryTopic;
    const { messages } = this.#options.topics;
    const opened = numbers.map((number) => ({ number, partition: this.#partitions.get(number)! }));
    for (let failures = 0; consumer === this.#consumer && !this.#abort.signal.aborted; failures++) {
      try {
        const both = [topic, messages];
        const ends = await consumer.listOffsets({
          topics: both,
          partitions: { [topic]: numbers, [messages]: numbers },
        });
        const commits = await consumer.listCommittedOffsets({
          topics: both.map((topic) => ({ topic, partitions: numbers })),
        });
        const abandoned = await this.#inFlight.own(numbers);
        for (const { number, partition } of opened) {
          const from = (of: string) => positive(commits.get(of)?.[number]);
          const end = (of: string) => positive(ends.get(of)?.[number]);
          const inFlightUpTo = (of: string) =>
            abandoned.has(number) ? lesser(end(of), from(of) + BigInt(MOST_IN_HAND)) : 0n;
          const suspects = { messages: inFlightUpTo(messages), retries: inFlightUpTo(topic) };
          partition.readRetriesFirst(from(topic), end(topic), suspects);
        }
        return;
      } catch (error) {
        this.#onError(error);
        await delay(Math.min(100 * 2 ** failures, 2_000));
      }
    }
  }

  #open(number: number): Partition {
    const { subscription, topics } = this.#options;
    return new Partition({
      types: new Set(subscription.types),
      attempts: subscription.attempts ?? 3,
      delayMs: subscription.delayMs ?? 5_000,
      handle: (work, signal) => this.#handle(number, work, signal),
      park: async (parked, signal) => {
        const at = { ...record(this.#retryTopic, parked.message.subject, parked), partition: number };
        await this.#insist([at], signal);
      },
      bury: async (message, reason, attempts, signal) => {
        const letter = letterOf(subscription.group, message, reason, attempts);
        await this.#insist([record(topics.dead, letter.id, letter)], signal);
      },
      onDone: () => {
        this.#commitSoon ??= setTimeout(() => {
          this.#commitSoon = undefined;
          void this.#commit();
        }, COMMIT_MS);
      },
    });
  }

  async #handle(partition: number, work: Work, signal: AbortSignal): Promise<Failure | undefined> {
    const { message, attempt, from, offset, suspect } = work;
    const handle = () => this.#batcher.handle(message, attempt, signal);
    if (!suspect) return await handle();
    const topic = from === 'messages' ? this.#options.topics.messages : this.#retryTopic;
    return await this.#inFlight.handOut({ topic, partition, offset }, signal, handle);
  }

  async #insist(records: MessageToProduce[], signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        return await this.#options.produce(records);
      } catch (error) {
        this.#onError(error);
        await delay(Math.min(100 * 2 ** failures, 5_000), undefined, { signal });
      }
    }
  }

  #take(message: Message<Buffer, Buffer, Buffer, Buffer>): void {
    const { topic, offset, value, leaderEpoch } = message;
    const partition = this.#partitions.get(message.partition);
    if (!partition) return;
    this.#epochs.set(`${topic}/${message.partition}`, leaderEpoch);
    const text = value ? String(value) : '';
    if (topic === this.#retryTopic) partition.takeRetry(offset, receiveParked(text));
    else partition.takeMessage(offset, receive(text));
  }

  #commit(): Promise<void> {
    this.#committing = this.#committing.then(async () => {
      const offsets = this.#positions().filter(
        ({ topic, partition, offset }) => this.#committed.get(`${topic}/${partition}`) !== offset,
      );
      if (offsets.length === 0) return;
      try {
        await this.#consumer.commit({ offsets });
        for (const { topic, partition, offset } of offsets)
          this.#committed.set(`${topic}/${partition}`, offset);
      } catch (error) {
        // The next one says all of it again; what is not said is delivered again.
        this.#onError(error);
      }
    });
    return this.#committing;
  }

  #positions() {
    const { messages } = this.#options.topics;
    return [...this.#partitions].flatMap(([partition, state]) =>
      [
        { topic: messages, offset: state.messages.position },
        { topic: this.#retryTopic, offset: state.retries.position },
      ].flatMap(({ topic, offset }) => {
        const leaderEpoch = this.#epochs.get(`${topic}/${partition}`) ?? -1;
        return offset === undefined ? [] : [{ topic, partition, offset, leaderEpoch }];
      }),
    );
  }

  #countInFlight(): number {
    let sum = 0;
    for (const partition of this.#partitions.values()) sum += partition.inFlight;
    return sum;
  }

  #abandonAll(): void {
    for (const partition of this.#partitions.values()) partition.abandon();
    this.#partitions.clear();
    this.#committed.clear();
  }
}

/** Handed-out messages that are not done, at most, beyond which none is read. */
const MOST_IN_HAND = 2_000;
const COMMIT_MS = 50;

function positive(offset: bigint | undefined): bigint {
  return offset === undefined || offset < 0n ? 0n : offset;
}

function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function letterOf(group: string, message: Envelope, reason: string, attempts: number): DeadLetter {
  return { id: randomUUID(), group, message, reason, attempts, diedAt: new Date().toISOString() };
}
