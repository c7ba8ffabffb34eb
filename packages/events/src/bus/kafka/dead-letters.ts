import { type Admin, Consumer, type MessageToProduce } from '@platformatic/kafka';
import type { DeadLetter, DeadLetters } from '../bus.ts';
import { receive, receiveValue } from '../received.ts';
import { type KafkaConnection, type Parked, parse, record, type TopicNames } from './topics.ts';

type Which = { ids: readonly string[] } | { group: string };

/**
 * Dead letters are the last words per letter id in one compacted topic; a letter that was replayed or dropped has an empty
 * one. Each call reads the topic from its beginning: it holds what operators have not dealt with, and is small or a concern.
 */
export function deadLetters(options: {
  connection: KafkaConnection;
  admin: Admin;
  topics: TopicNames;
  produce(records: readonly MessageToProduce[]): Promise<void>;
}): DeadLetters {
  const { topics, produce } = options;
  const find = async (which: Which) => {
    const letters = await readAll(options);
    return letters.filter(({ id, group }) =>
      'ids' in which ? which.ids.includes(id) : group === which.group,
    );
  };
  const forget = (letters: readonly DeadLetter[]) =>
    produce(letters.map(({ id }) => record(topics.dead, id, undefined)));
  return {
    async list({ group, type, limit = 1000 } = {}) {
      const letters = await readAll(options);
      return letters
        .filter((letter) => (group ?? letter.group) === letter.group)
        .filter((letter) => (type ?? letter.message.type) === letter.message.type)
        .slice(0, limit);
    },
    async replay(which) {
      const letters = await find(which);
      await produce(
        letters.map(({ id, group, message }) => {
          const parked: Parked = { message, failed: 0, due: 0, token: id };
          return record(topics.retry(group), message.subject, parked);
        }),
      );
      await forget(letters);
      return letters.length;
    },
    async drop(which) {
      const letters = await find(which);
      await forget(letters);
      return letters.length;
    },
  };
}

const FETCH_BYTES = 10_000_000;

/** Oldest first. */
async function readAll({
  connection,
  admin,
  topics,
}: {
  connection: KafkaConnection;
  admin: Admin;
  topics: TopicNames;
}): Promise<DeadLetter[]> {
  const topic = topics.dead;
  // A consumer that joins no group: it only fetches.
  const consumer = new Consumer({ ...connection, groupId: `${topic}.reader`, maxWaitTime: 100 });
  // What fails rejects; without a listener an 'error' would end the process.
  consumer.on('error', () => {});
  try {
    const metadata = await admin.metadata({ topics: [topic], forceUpdate: true });
    const { id: topicId, partitions } = metadata.topics.get(topic)!;
    const { leader, leaderEpoch } = partitions[0]!;
    consumer.topics.track(topic);
    const end = (await consumer.listOffsets({ topics: [topic] })).get(topic)![0]!;
    const letters = new Map<string, DeadLetter>();
    for (let offset = 0n; offset < end; ) {
      const partition = {
        partition: 0,
        currentLeaderEpoch: leaderEpoch,
        fetchOffset: offset,
        lastFetchedEpoch: -1,
        partitionMaxBytes: FETCH_BYTES,
      };
      const { responses } = await consumer.fetch({
        node: leader,
        topics: [{ topicId, partitions: [partition] }],
        maxBytes: FETCH_BYTES,
        minBytes: 1,
        maxWaitTime: 100,
      });
      const batches = responses[0]?.partitions[0]?.records ?? [];
      // Compaction may have emptied everything up to the end.
      if (batches.length === 0) break;
      for (const { firstOffset, lastOffsetDelta, records } of batches) {
        for (const { key, value, offsetDelta } of records) {
          if (firstOffset + BigInt(offsetDelta) < offset || !key) continue;
          // Deleted first, so that a letter said again moves to the end.
          letters.delete(String(key));
          if (value?.length) letters.set(String(key), letterOf(String(key), String(value)));
        }
        offset = firstOffset + BigInt(lastOffsetDelta) + 1n;
      }
    }
    return [...letters.values()];
  } finally {
    await consumer.close(true);
  }
}

/** Also of what others have put there: an operator has to be able to see it and to drop it. */
function letterOf(id: string, text: string): DeadLetter {
  const said = parse(text) as Partial<DeadLetter> | null | undefined;
  const whole = typeof said?.group === 'string' && typeof said.diedAt === 'string';
  if (!whole) {
    const { message, unreadable } = receive(text);
    const reason = unreadable?.message ?? 'This is no dead letter. Drop it.';
    return { id, group: '', message, reason, attempts: 0, diedAt: message.time };
  }
  const { group, diedAt, reason = '', attempts = 0 } = said as DeadLetter;
  return { id, group, message: receiveValue(said.message).message, reason: String(reason), attempts, diedAt };
}
