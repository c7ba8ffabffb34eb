import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from '@platformatic/kafka';
import { EventsError } from '../../errors.ts';
import type { Failure } from '../../failure.ts';
import { Semaphore } from '../semaphore.ts';

export type InFlightOptions = {
  admin: Pick<Admin, 'alterConsumerGroupOffsets' | 'listConsumerGroupOffsets'>;
  /** The consumer group's id. */
  groupId: string;
  /** The topics of messages and of what is tried again. */
  topics: readonly string[];
  onError(error: unknown): void;
};

/** Where a message stands in its partition. */
export type Place = { topic: string; partition: number; offset: bigint };

/**
 * Knows which messages a process may have had in flight when it ended, and hands those out one after another, each on record before:
 * so what a message does to its process is counted against itself, and one that ends it again and again is given up.
 *
 * The records are offsets of two groups that have no members: `<group>.owner` has a number of the process that reads a partition, 0
 * once it has given it back; `<group>.alone` has the offset of the message in flight, times four, and how often it was.
 */
export class InFlight {
  readonly #options: InFlightOptions;
  readonly #me = BigInt(randomInt(1, 2 ** 47));
  readonly #alone = new Semaphore(1);
  /** Of what was left alone in flight, by topic and partition. */
  readonly #left = new Map<string, { offset: bigint; times: number }>();

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  /** Makes this process the owner of partitions; those which another process had and did not give back. */
  async own(partitions: readonly number[]): Promise<Set<number>> {
    const owners = await this.#read('owner');
    for (const [place, value] of await this.#read('alone')) {
      if (value > 0n) this.#left.set(place, { offset: value / 4n, times: Number(value % 4n) });
    }
    const [messages] = this.#options.topics;
    await this.#write('owner', [messages!], partitions, this.#me);
    const abandoned = (partition: number) => {
      const owner = owners.get(`${messages}/${partition}`) ?? 0n;
      return owner > 0n && owner !== this.#me;
    };
    return new Set(partitions.filter(abandoned));
  }

  /** Nothing of these is in flight any more. */
  async giveBack(partitions: readonly number[]): Promise<void> {
    if (partitions.length > 0) await this.#write('owner', [this.#options.topics[0]!], partitions, 0n);
  }

  /** One after another; without calling `handle` if processes have ended with it often enough. Rejects if `signal` aborts. */
  async handOut(
    { topic, partition, offset }: Place,
    signal: AbortSignal,
    handle: () => Promise<Failure | undefined>,
  ): Promise<Failure | undefined> {
    return await this.#alone.enter(async () => {
      const record = (value: bigint) =>
        this.#insist(() => this.#write('alone', [topic], [partition], value), signal);
      const place = `${topic}/${partition}`;
      const left = this.#left.get(place);
      const times = left?.offset === offset ? left.times : 0;
      if (times >= ALONE_MOST) {
        const { message: reason } = new EventsError('PROCESS_ENDED', { place: `${place}/${offset}` });
        return { reason, permanent: true };
      }
      await record(offset * 4n + BigInt(times + 1));
      try {
        return await handle();
      } finally {
        await record(0n);
      }
    });
  }

  async #insist(write: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; failures++) {
      signal.throwIfAborted();
      try {
        return await write();
      } catch (error) {
        this.#options.onError(error);
        await delay(Math.min(100 * 2 ** failures, 5_000), undefined, { signal });
      }
    }
  }

  async #read(what: 'owner' | 'alone'): Promise<Map<string, bigint>> {
    const { admin, groupId } = this.#options;
    const [group] = await admin.listConsumerGroupOffsets({ groups: [`${groupId}.${what}`] });
    const found = (group?.topics ?? []).flatMap(({ name, partitions }) =>
      partitions.map((at): [string, bigint] => [`${name}/${at.partitionIndex}`, at.committedOffset]),
    );
    return new Map(found);
  }

  async #write(
    what: 'owner' | 'alone',
    topics: readonly string[],
    partitions: readonly number[],
    offset: bigint,
  ): Promise<void> {
    const { admin, groupId } = this.#options;
    const partitionOffsets = partitions.map((partition) => ({ partition, offset }));
    await admin.alterConsumerGroupOffsets({
      groupId: `${groupId}.${what}`,
      topics: topics.map((name) => ({ name, partitionOffsets })),
    });
  }
}

/** After once with others. */
const ALONE_MOST = 2;
