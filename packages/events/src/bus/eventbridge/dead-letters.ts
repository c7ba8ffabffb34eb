import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
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
 * Dead letters lie in a queue per group. SQS cannot be browsed: what is looked at is taken for a moment and given back, so
 * that two operators who look at the same moment may each see a part.
 */
export function deadLetters(sqs: SQSClient, queues: (group?: string) => Promise<Queue[]>): DeadLetters {
  /** Calls `use` with what is wanted and gives back all the rest. */
  const take = async (
    wanted: (letter: DeadLetter) => boolean,
    group: string | undefined,
  ): Promise<Found[]> => {
    const all = (await Promise.all((await queues(group)).map((queue) => receiveAll(sqs, queue)))).flat();
    const found = all.filter(({ letter }) => wanted(letter));
    await giveBack(
      sqs,
      all.filter(({ letter }) => !wanted(letter)),
    );
    return found;
  };
  const takeWhich = (which: Which) =>
    'ids' in which ? take(({ id }) => which.ids.includes(id), undefined) : take(() => true, which.group);
  return {
    async list({ group, type, limit = 1000 } = {}) {
      const found = await take((letter) => (type ?? letter.message.type) === letter.message.type, group);
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

/** While they are looked at. */
const HOLD_SECONDS = 30;

async function receiveAll(sqs: SQSClient, queue: Queue): Promise<Found[]> {
  const found: Found[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.deadUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        VisibilityTimeout: HOLD_SECONDS,
      }),
    );
    if (Messages.length === 0) return found;
    found.push(...Messages.map((message) => foundIn(queue, message)));
  }
}

function foundIn(queue: Queue, { Body, MessageId, ReceiptHandle }: Message): Found {
  return {
    letter: { id: MessageId!, group: queue.group, ...readBuried(Body ?? '') },
    receipt: { QueueUrl: queue.deadUrl, ReceiptHandle: ReceiptHandle! },
    queue,
  };
}

async function giveBack(sqs: SQSClient, found: readonly Found[]): Promise<void> {
  await Promise.all(
    found.map(({ receipt }) =>
      sqs.send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: 0 })),
    ),
  );
}

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
