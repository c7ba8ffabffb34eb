import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import { ListQueuesCommand, ListQueueTagsCommand, SQSClient, TagQueueCommand } from '@aws-sdk/client-sqs';
import type { Envelope } from '../../envelope.ts';
import { EventsError } from '../../errors.ts';
import { addressed } from '../addressed.ts';
import type { Bus, DeadLetters, Subscriber, Subscription } from '../bus.ts';
import { QueueConsumer } from './consumer.ts';
import { deadLetters } from './dead-letters.ts';
import { type Clients, ensureQueue, ensureRule, findQueue, queueName, ruleName } from './queues.ts';

export type EventBridgeBusOptions = {
  /** Of the event bus and, with a dash behind it, of all queues. Default `banyan`. */
  name?: string;
  /** Default: as the AWS SDK finds it (AWS_REGION, profile). Credentials are always found that way. */
  region?: string;
  /** Of another server that speaks AWS's protocols, for tests. */
  endpoint?: string;
  /** Told of what the bus does again by itself. Default: nobody. */
  onError?(error: Error): void;
};

/**
 * A bus on AWS: EventBridge takes what is published, a rule per group brings the types that it subscribed to into the
 * group's SQS queue. No order is promised, by neither of the two. Delays between attempts are whole seconds. What was
 * handled by a process that is killed comes again after 30 s.
 *
 * Makes the event bus, queues and rules that are not there: events:CreateEventBus, DescribeEventBus, PutRule, DescribeRule,
 * PutTargets, PutEvents; sqs:CreateQueue, GetQueueUrl, GetQueueAttributes, SetQueueAttributes, TagQueue, ListQueueTags,
 * ListQueues, SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility.
 */
export async function openEventBridgeBus(options: EventBridgeBusOptions = {}): Promise<Bus> {
  const { name = 'banyan', region, endpoint, onError = () => {} } = options;
  const config = { ...(region && { region }), ...(endpoint && { endpoint }) };
  const clients = { sqs: new SQSClient(config), events: new EventBridgeClient(config) };
  const bus = new EventBridgeBus(name, clients, onError);
  try {
    await bus.makeEventBus();
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  }
}

class EventBridgeBus implements Bus {
  readonly adapter = 'eventbridge';
  readonly order = 'none';
  readonly dead: DeadLetters;
  readonly #name: string;
  readonly #clients: Clients;
  readonly #onError: (error: Error) => void;
  readonly #subscribers = new Set<QueueConsumer>();
  #closing: Promise<void> | undefined;

  constructor(name: string, clients: Clients, onError: (error: Error) => void) {
    this.#name = name;
    this.#clients = clients;
    this.#onError = onError;
    this.dead = deadLetters(clients.sqs, (group) => this.#queues(group));
  }

  async makeEventBus(): Promise<void> {
    const { events } = this.#clients;
    try {
      await events.send(new DescribeEventBusCommand({ Name: this.#name }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      await events.send(new CreateEventBusCommand({ Name: this.#name })).catch((error) => {
        if (!(error instanceof ResourceAlreadyExistsException)) throw error;
      });
    }
  }

  async publish(messages: readonly Envelope[]): Promise<void> {
    if (this.#closing) throw new EventsError('BUS_CLOSED');
    for (const entries of portions(messages.map((message) => this.#entry(message)))) {
      const { FailedEntryCount = 0, Entries = [] } = await this.#clients.events.send(
        new PutEventsCommand({ Entries: entries }),
      );
      if (FailedEntryCount > 0) {
        const { ErrorCode, ErrorMessage } = Entries.find((entry) => entry.ErrorCode) ?? {};
        throw new Error(`EventBridge refused ${FailedEntryCount} messages: ${ErrorCode} ${ErrorMessage}`);
      }
    }
  }

  async subscribe(subscription: Subscription): Promise<Subscriber> {
    if (this.#closing) throw new EventsError('BUS_CLOSED');
    const { group, types, onError } = subscription;
    const { sqs } = this.#clients;
    const queueUrl = await ensureQueue(sqs, queueName(this.#name, group, 'messages'));
    const deadUrl = await ensureQueue(sqs, queueName(this.#name, group, 'dead'));
    // By the tag the group is known again from a queue's name.
    await sqs.send(new TagQueueCommand({ QueueUrl: deadUrl, Tags: { [GROUP_TAG]: group } }));
    const rule = ruleName(this.#name, group);
    await ensureRule(this.#clients, { eventBus: this.#name, name: rule, types, queueUrl });
    const consumer = new QueueConsumer({
      sqs,
      queueUrl,
      deadUrl,
      subscription: { ...addressed(subscription), onError: onError ?? this.#onError },
    });
    this.#subscribers.add(consumer);
    return consumer;
  }

  async ping(): Promise<void> {
    if (this.#closing) throw new EventsError('BUS_CLOSED');
    await this.#clients.events.send(new DescribeEventBusCommand({ Name: this.#name }));
  }

  async close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all([...this.#subscribers].map((subscriber) => subscriber.stop()));
      this.#clients.sqs.destroy();
      this.#clients.events.destroy();
    })();
    await this.#closing;
  }

  #entry(message: Envelope): PutEventsRequestEntry {
    return {
      EventBusName: this.#name,
      Source: message.source,
      DetailType: message.type,
      Time: new Date(message.time),
      Detail: JSON.stringify(message),
    };
  }

  /** A group's queues, or those of all groups. */
  async #queues(group: string | undefined) {
    const { sqs } = this.#clients;
    const groups = group === undefined ? await this.#groups() : [group];
    const queues = await Promise.all(
      groups.map(async (group) => {
        const queueUrl = await findQueue(sqs, queueName(this.#name, group, 'messages'));
        const deadUrl = await findQueue(sqs, queueName(this.#name, group, 'dead'));
        return queueUrl && deadUrl ? [{ group, queueUrl, deadUrl }] : [];
      }),
    );
    return queues.flat();
  }

  async #groups(): Promise<string[]> {
    const { sqs } = this.#clients;
    const groups: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await sqs.send(
        new ListQueuesCommand({ QueueNamePrefix: `${this.#name}-`, MaxResults: 1000, NextToken }),
      );
      for (const url of page.QueueUrls ?? []) {
        if (!url.endsWith('-dead')) continue;
        const { Tags } = await sqs.send(new ListQueueTagsCommand({ QueueUrl: url }));
        if (Tags?.[GROUP_TAG]) groups.push(Tags[GROUP_TAG]);
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return groups;
  }
}

const GROUP_TAG = 'banyan-group';
/** EventBridge's limits of one request. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;

function* portions(entries: readonly PutEventsRequestEntry[]): Generator<PutEventsRequestEntry[]> {
  let portion: PutEventsRequestEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    // What EventBridge counts: source, type, detail, and 14 for the time.
    const size = Buffer.byteLength(`${entry.Source}${entry.DetailType}${entry.Detail}`) + 14;
    if (portion.length === MOST_ENTRIES || (portion.length > 0 && bytes + size > MOST_BYTES)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(entry);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}
