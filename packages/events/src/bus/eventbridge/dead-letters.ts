import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetters } from '../bus.ts';
import { receive, receiveValue } from '../received.ts';
import type { Buried } from './consumer.ts';

type Which = { ids: readonly string[] } | { group: string };
type Queue = { group: string; deadUrl: string; queueUrl: string };
type Found = { letter: DeadLetter; receipt: { QueueUrl: string; ReceiptHandle: string }; queue: Queue };

/**
 * Dead letters lie in a queue per group, which the id of a letter names. SQS cannot be browsed: what is looked at is taken for a
 * moment and given back, so that two operators who look at the same moment may each see a part.
 */
export function deadLetters(sqs: SQSClient, queues: (group?: string) => Promise<Queue[]>): DeadLetters {
  /** Calls `use` with what is wanted and gives back all the rest. */
  const take = async (
    wanted: (letter: DeadLetter) => boolean,
    groups: readonly (string | undefined)[],
  ): Promise<Found[]> => {
    const looked = (await Promise.all(groups.map(queues))).flat();
    const all = (await Promise.all(looked.map((queue) => receiveAll(sqs, queue)))).flat();
    const found = all.filter(({ letter }) => wanted(letter));
    await giveBack(
      sqs,
      all.filter(({ letter }) => !wanted(letter)),
    );
    return found;
  };
  const takeWhich = (which: Which) =>
    'ids' in which
      ? take(({ id }) => which.ids.includes(id), [...new Set(which.ids.map(groupOf))])
      : take(() => true, [which.group]);
  return {
    async list({ group, type, limit = 1000 } = {}) {
      const found = await take((letter) => (type ?? letter.message.type) === letter.message.type, [group]);
      await giveBack(sqs, found);
      const letters = found.map(({ letter }) => letter);
      return letters.sort((a, b) => a.diedAt.localeCompare(b.diedAt)).slice(0, limit);
    },
    async replay(which) {
      const found = await takeWhich(which);
      for (const { letter, receipt, queue } of found) {
        const body = JSON.stringify(letter.message);
        await sqs.send(new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody: body }));
        await sqs.send(new DeleteMessageCommand(receipt));
      }
      return found.length;
    },
    async drop(which) {
      const found = await takeWhich(which);
      for (const { receipt } of found) await sqs.send(new DeleteMessageCommand(receipt));
      return found.length;
    },
  };
}

/** While they are looked at: at least, and more where there are many. */
const HOLD_SECONDS = 30;
/** How many are looked at in a second, even by a slow server. */
const PER_SECOND = 10;
const HOLD_SECONDS_MOST = 43_200;

/** Each once, also if it could be had again before the last one was there. */
async function receiveAll(sqs: SQSClient, queue: Queue): Promise<Found[]> {
  const found = new Map<string, Found>();
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queue.deadUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  const seconds = HOLD_SECONDS + Math.ceil(Number(Attributes?.ApproximateNumberOfMessages ?? 0) / PER_SECOND);
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.deadUrl,
        MaxNumberOfMessages: MOST_AT_ONCE,
        WaitTimeSeconds: 1,
        VisibilityTimeout: Math.min(seconds, HOLD_SECONDS_MOST),
      }),
    );
    const before = found.size;
    for (const message of Messages) found.set(message.MessageId!, foundIn(queue, message));
    if (found.size === before) return [...found.values()];
  }
}

/** Of a letter; undefined if its id names none, which no id of ours does. */
function groupOf(id: string): string | undefined {
  const end = id.lastIndexOf('/');
  return end < 0 ? undefined : id.slice(0, end);
}

function foundIn(queue: Queue, { Body, MessageId, ReceiptHandle }: Message): Found {
  return {
    letter: { id: `${queue.group}/${MessageId}`, group: queue.group, ...readBuried(Body ?? '') },
    receipt: { QueueUrl: queue.deadUrl, ReceiptHandle: ReceiptHandle! },
    queue,
  };
}

async function giveBack(sqs: SQSClient, found: readonly Found[]): Promise<void> {
  for (const [QueueUrl, some] of Map.groupBy(found, ({ receipt }) => receipt.QueueUrl)) {
    for (let at = 0; at < some.length; at += MOST_AT_ONCE) {
      const Entries = some
        .slice(at, at + MOST_AT_ONCE)
        .map(({ receipt: { ReceiptHandle } }, n) => ({ Id: String(n), ReceiptHandle, VisibilityTimeout: 0 }));
      await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    }
  }
}

/** What SQS takes in one request. */
const MOST_AT_ONCE = 10;

/** Also of what others have put there: an operator has to be able to see it and to drop it. */
function readBuried(text: string): Buried {
  const { message, unreadable } = receive(text);
  let said: Partial<Buried> | null = null;
  try {
    said = JSON.parse(text) as Partial<Buried> | null;
  } catch {
    // Not even JSON.
  }
  if (typeof said?.diedAt !== 'string') {
    const reason = unreadable?.message ?? 'This is no dead letter. Drop it.';
    return { message, reason, attempts: 0, diedAt: message.time };
  }
  const { reason = '', attempts = 0, diedAt } = said;
  return { message: receiveValue(said.message).message, reason: String(reason), attempts, diedAt };
}
