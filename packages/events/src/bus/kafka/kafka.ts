import { setTimeout as delay } from 'node:timers/promises';
import { Admin, type BaseOptions, type MessageToProduce, Producer } from '@platformatic/kafka';
import type { Envelope } from '../../envelope.ts';
import { EventsError } from '../../errors.ts';
import { addressed } from '../addressed.ts';
import type { Bus, DeadLetters, Subscriber, Subscription } from '../bus.ts';
import { GroupConsumer } from './consumer.ts';
import { deadLetters } from './dead-letters.ts';
import { type KafkaConnection, portions, record, type TopicNames, topicNames } from './topics.ts';

export type KafkaBusOptions = {
  /** Addresses of some of the brokers, e.g. `kafka-1:9092`. */
  brokers: readonly string[];
  /** Names of topics and groups begin with it and a dot; tells systems on one cluster apart. Default `banyan`. */
  prefix?: string;
  /** Of the messages and of each retry topic, when they are made: as many processes of a service can share the work. Default 12. */
  partitions?: number;
  /** Copies of each partition, when topics are made. Default: the brokers' own default. */
  replicas?: number;
  tls?: BaseOptions['tls'];
  sasl?: BaseOptions['sasl'];
  /** Told of what the bus does again by itself, e.g. after a lost connection. Default: nobody. */
  onError?(error: Error): void;
};

/**
 * A bus on Kafka. Messages are partitioned by subject; a group is a consumer group. What fails goes to a retry topic of the
 * group and after its last attempt to the dead letters. Order: messages of one subject reach a group in the order in which
 * they were published, also when one fails and while partitions move; a message may come twice when they do.
 *
 * A group that nobody has been a member of for longer than the cluster's `offsets.retention.minutes` (7 days) loses its
 * position and begins with the oldest message that the cluster keeps.
 */
export async function openKafkaBus(options: KafkaBusOptions): Promise<Bus> {
  const { brokers, tls, sasl, prefix = 'banyan', onError = () => {} } = options;
  const connection: KafkaConnection = {
    clientId: prefix,
    bootstrapBrokers: [...brokers],
    retries: 5,
    timeout: 10_000,
    ...(tls && { tls }),
    ...(sasl && { sasl }),
  };
  const bus = new KafkaBus({ ...options, connection, topics: topicNames(prefix), onError });
  try {
    await bus.makeTopics();
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  }
}

type Settings = KafkaBusOptions & {
  connection: KafkaConnection;
  topics: TopicNames;
  onError(error: Error): void;
};

class KafkaBus implements Bus {
  readonly adapter = 'kafka';
  readonly order = 'per-key';
  readonly dead: DeadLetters;
  readonly #settings: Settings;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #subscribers = new Set<GroupConsumer>();
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    const { connection, topics } = settings;
    this.#settings = settings;
    this.#admin = heard(new Admin(connection), settings.onError);
    this.#producer = heard(new Producer(connection), settings.onError);
    this.dead = deadLetters({ connection, admin: this.#admin, topics, produce: (all) => this.#produce(all) });
  }

  async makeTopics(): Promise<void> {
    const { topics, partitions = 12 } = this.#settings;
    await this.#makeTopic(topics.messages, partitions);
    await this.#makeTopic(topics.dead, 1, [{ name: 'cleanup.policy', value: 'compact' }]);
  }

  async publish(messages: readonly Envelope[]): Promise<void> {
    if (this.#closing) throw new EventsError('BUS_CLOSED');
    const { topics } = this.#settings;
    await this.#produce(messages.map((message) => record(topics.messages, message.subject, message)));
  }

  async subscribe(subscription: Subscription): Promise<Subscriber> {
    if (this.#closing) throw new EventsError('BUS_CLOSED');
    const { group, onError } = subscription;
    if (!GROUP.test(group)) throw new EventsError('GROUP_NAME', { group });
    const { connection, topics } = this.#settings;
    // As many as the messages have, whoever made those.
    const { partitionsCount } = (await this.#admin.metadata({ topics: [topics.messages] })).topics.get(
      topics.messages,
    )!;
    await this.#makeTopic(topics.retry(group), partitionsCount);
    const consumer = new GroupConsumer({
      connection,
      topics,
      admin: this.#admin,
      subscription: { ...addressed(subscription), onError: onError ?? this.#settings.onError },
      produce: (records) => this.#produce(records),
    });
    this.#subscribers.add(consumer);
    try {
      await consumer.start();
    } catch (error) {
      this.#subscribers.delete(consumer);
      await consumer.stop();
      throw error;
    }
    return consumer;
  }

  async ping(): Promise<void> {
    await this.#admin.metadata({ topics: [this.#settings.topics.messages], forceUpdate: true });
  }

  async close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all([...this.#subscribers].map((subscriber) => subscriber.stop()));
      await Promise.all([this.#producer.close(true), this.#admin.close()]);
    })();
    await this.#closing;
  }

  /** Resolves when every in-sync replica has all; a portion that fails half may be there twice after the next try. */
  async #produce(records: readonly MessageToProduce[]): Promise<void> {
    for (const messages of portions(records)) await this.#producer.send({ messages, acks: ALL });
  }

  async #makeTopic(
    topic: string,
    partitions: number,
    configs: { name: string; value: string }[] = [],
  ): Promise<void> {
    const { replicas = -1 } = this.#settings;
    for (let tries = 1; ; tries++) {
      try {
        await this.#admin.createTopics({ topics: [topic], partitions, replicas, configs });
        return;
      } catch (error) {
        if ((await this.#admin.listTopics()).includes(topic)) return;
        // Brokers that have just started cannot hold a topic yet.
        if (tries === TOPIC_TRIES) throw error;
        await delay(TOPIC_PAUSE_MS);
      }
    }
  }
}

/** An 'error' that nobody hears would end the process. */
function heard<T extends { on(name: 'error', listener: (error: Error) => void): unknown }>(
  client: T,
  onError: (error: Error) => void,
): T {
  client.on('error', onError);
  return client;
}

const TOPIC_TRIES = 25;
const TOPIC_PAUSE_MS = 200;
const ALL = -1;
/** What Kafka allows in a topic's name, with room for the prefix. */
const GROUP = /^[A-Za-z0-9._-]{1,150}$/;
