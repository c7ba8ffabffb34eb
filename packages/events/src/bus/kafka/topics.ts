import type { BaseOptions, MessageToProduce } from '@platformatic/kafka';
import type { Envelope } from '../../envelope.ts';
import { type Received, receive, receiveValue } from '../received.ts';

/** Names of a bus's topics; `prefix` tells systems on one cluster apart. */
export function topicNames(prefix: string) {
  return {
    /** All messages, by subject: one topic, so that messages of different types and one subject keep their order. */
    messages: `${prefix}.messages`,
    /** By letter id, compacted: a letter that was replayed or dropped is overwritten with nothing. */
    dead: `${prefix}.dead`,
    /** What one group has to try again, partitioned as the messages are. */
    retry: (group: string) => `${prefix}.retry.${group}`,
    group: (group: string) => `${prefix}.${group}`,
  };
}

export type TopicNames = ReturnType<typeof topicNames>;

/** How each client of a bus reaches the brokers. */
export type KafkaConnection = Pick<
  BaseOptions,
  'clientId' | 'bootstrapBrokers' | 'tls' | 'sasl' | 'retries' | 'timeout'
>;

/** A message that waits in a retry topic. */
export type Parked = {
  message: Envelope;
  /** How often its handling has failed. */
  failed: number;
  /** Not before this time, in milliseconds since 1970. */
  due: number;
  /** Tells whoever parked it that it has come back. */
  token: string;
};

/** What lies in a retry topic; of what was put there by others, a stand-in that is dead at once. */
export function receiveParked(text: string): Parked & Received {
  const parked = parse(text) as Partial<Parked> | null | undefined;
  const received = parked?.message === undefined ? receive(text) : receiveValue(parked.message);
  const whole =
    typeof parked?.token === 'string' && Number.isFinite(parked.failed) && Number.isFinite(parked.due);
  if (whole) return { failed: parked.failed!, due: parked.due!, token: parked.token!, ...received };
  return { failed: 0, due: 0, token: '', ...received };
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function record(topic: string, key: string, value: unknown): MessageToProduce {
  const json = value === undefined ? undefined : Buffer.from(JSON.stringify(value));
  return { topic, key: Buffer.from(key), value: json } as MessageToProduce;
}

/** Kafka's brokers take a megabyte at once unless told otherwise. */
const BATCH_BYTES = 700_000;

/** In their order, in portions that a broker takes even if all of one go to one partition. */
export function* portions(records: readonly MessageToProduce[]): Generator<MessageToProduce[]> {
  let portion: MessageToProduce[] = [];
  let bytes = 0;
  for (const next of records) {
    const size = (next.value?.length ?? 0) + 200;
    if (portion.length > 0 && bytes + size > BATCH_BYTES) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(next);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}
