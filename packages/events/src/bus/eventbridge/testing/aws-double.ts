/**
 * A test double, not AWS: the part of EventBridge and SQS that the bus uses, over their JSON protocols on a loopback port,
 * in memory. What it keeps to: visibility timeouts and receipt handles, receive counts, long polls, at most ten messages at
 * a time, request and message size limits, patterns of a rule by `detail-type`, an input path, MD5 of bodies. What it knows
 * nothing of: permissions (it only insists on a signature), delays of delivery, duplicates and reordering.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type AwsDouble = {
  endpoint: string;
  /** Ends all connections. */
  cut(): void;
  close(): Promise<void>;
};

export async function startAwsDouble(): Promise<AwsDouble> {
  const aws = new Aws();
  const server = createServer(async (request, response) => {
    try {
      const [service, action] = String(request.headers['x-amz-target']).split('.');
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256')) {
        throw new Fault('MissingAuthenticationTokenException', 403);
      }
      const abort = new AbortController();
      response.once('close', () => abort.abort());
      const input = JSON.parse(await text(request)) as Input;
      const actions = service === 'AmazonSQS' ? aws.sqs : aws.events;
      const run = actions[action ?? ''];
      if (!run) throw new Fault('UnknownOperationException');
      const url = `http://${request.headers.host}`;
      const body = (await run.call(actions, input, { url, signal: abort.signal })) ?? {};
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    } catch (error) {
      const { code, status } = error instanceof Fault ? error : new Fault(`InternalFailure: ${error}`, 500);
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify({ __type: code, message: code }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => server.closeAllConnections(),
    close: () => close(server),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a request's members, each action knows its own
type Input = Record<string, any>;
type Caller = { url: string; signal: AbortSignal };
type Actions = Record<string, (input: Input, caller: Caller) => unknown>;

class Fault extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status = 400) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

type Stored = { id: string; body: string; visibleAt: number; receives: number; receipt: string | undefined };

class Queue {
  readonly name: string;
  readonly messages: Stored[] = [];
  readonly attributes: Record<string, string> = {};
  readonly tags: Record<string, string> = {};
  readonly #waiting = new Set<() => void>();

  constructor(name: string) {
    this.name = name;
  }

  get arn(): string {
    return `arn:aws:sqs:eu-central-1:000000000000:${this.name}`;
  }

  put(body: string): Stored {
    if (Buffer.byteLength(body) > 256 * 1024) throw new Fault('InvalidMessageContents');
    const message = { id: randomUUID(), body, visibleAt: 0, receives: 0, receipt: undefined };
    this.messages.push(message);
    this.wake();
    return message;
  }

  wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async receive(most: number, waitMs: number, visibilityMs: number, signal: AbortSignal): Promise<Stored[]> {
    const until = Date.now() + waitMs;
    for (;;) {
      const now = Date.now();
      const found = this.messages.filter(({ visibleAt }) => visibleAt <= now).slice(0, most);
      if (signal.aborted) return [];
      if (found.length > 0 || now >= until) {
        for (const message of found) {
          message.visibleAt = now + visibilityMs;
          message.receives++;
          message.receipt = randomUUID();
        }
        return found;
      }
      const next = Math.min(until, ...this.messages.map(({ visibleAt }) => visibleAt));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, Math.max(1, next - now));
        const waiting = this.#waiting;
        waiting.add(done);
        signal.addEventListener('abort', done, { once: true });
        function done() {
          clearTimeout(timer);
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        }
      });
    }
  }

  byReceipt(receipt: string): Stored {
    const message = this.messages.find((message) => message.receipt === receipt);
    if (!message) throw new Fault('ReceiptHandleIsInvalid');
    return message;
  }
}

type Rule = { types: string[]; targets: { Arn: string; InputPath?: string }[] };

class Aws {
  readonly #queues = new Map<string, Queue>();
  readonly #buses = new Map<string, Map<string, Rule>>();

  readonly sqs: Actions = {
    CreateQueue: ({ QueueName, Attributes = {} }, { url }) => {
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(QueueName)) throw new Fault('InvalidParameterValue');
      const queue = this.#queues.get(QueueName) ?? new Queue(QueueName);
      Object.assign(queue.attributes, Attributes);
      this.#queues.set(QueueName, queue);
      return { QueueUrl: urlOf(url, QueueName) };
    },
    GetQueueUrl: ({ QueueName }, { url }) => ({ QueueUrl: urlOf(url, this.#named(QueueName).name) }),
    ListQueues: ({ QueueNamePrefix = '' }, { url }) => ({
      QueueUrls: [...this.#queues.keys()]
        .filter((name) => name.startsWith(QueueNamePrefix))
        .map((name) => urlOf(url, name)),
    }),
    GetQueueAttributes: ({ QueueUrl }) => {
      const { arn, attributes, messages } = this.#queue(QueueUrl);
      const ApproximateNumberOfMessages = String(messages.length);
      return { Attributes: { ...attributes, QueueArn: arn, ApproximateNumberOfMessages } };
    },
    SetQueueAttributes: ({ QueueUrl, Attributes }) => {
      Object.assign(this.#queue(QueueUrl).attributes, Attributes);
    },
    TagQueue: ({ QueueUrl, Tags }) => {
      Object.assign(this.#queue(QueueUrl).tags, Tags);
    },
    ListQueueTags: ({ QueueUrl }) => ({ Tags: this.#queue(QueueUrl).tags }),
    SendMessage: ({ QueueUrl, MessageBody }) => {
      const { id, body } = this.#queue(QueueUrl).put(MessageBody);
      return { MessageId: id, MD5OfMessageBody: md5(body) };
    },
    ReceiveMessage: async (input, { signal }) => {
      const { QueueUrl, MaxNumberOfMessages = 1, WaitTimeSeconds = 0, VisibilityTimeout = 30 } = input;
      if (MaxNumberOfMessages > 10 || WaitTimeSeconds > 20) throw new Fault('InvalidParameterValue');
      const queue = this.#queue(QueueUrl);
      const waitMs = WaitTimeSeconds * 1000;
      const got = await queue.receive(MaxNumberOfMessages, waitMs, VisibilityTimeout * 1000, signal);
      return {
        Messages: got.map(({ id, body, receipt, receives }) => ({
          MessageId: id,
          ReceiptHandle: receipt,
          Body: body,
          MD5OfBody: md5(body),
          Attributes: { ApproximateReceiveCount: String(receives) },
        })),
      };
    },
    DeleteMessage: ({ QueueUrl, ReceiptHandle }) => {
      const { messages } = this.#queue(QueueUrl);
      const at = messages.findIndex(({ receipt }) => receipt === ReceiptHandle);
      if (at >= 0) messages.splice(at, 1);
    },
    ChangeMessageVisibility: ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) => {
      const queue = this.#queue(QueueUrl);
      const message = queue.byReceipt(ReceiptHandle);
      message.visibleAt = VisibilityTimeout === 0 ? 0 : Date.now() + VisibilityTimeout * 1000;
      queue.wake();
    },
    ChangeMessageVisibilityBatch: ({ QueueUrl, Entries }, caller) => {
      if (Entries.length > 10) throw new Fault('AWS.SimpleQueueService.TooManyEntriesInBatchRequest');
      for (const entry of Entries) this.sqs.ChangeMessageVisibility!({ QueueUrl, ...entry }, caller);
      return { Successful: Entries.map(({ Id }: Input) => ({ Id })), Failed: [] };
    },
  };

  readonly events: Actions = {
    CreateEventBus: ({ Name }) => {
      if (this.#buses.has(Name)) throw new Fault('ResourceAlreadyExistsException');
      this.#buses.set(Name, new Map());
      return { EventBusArn: busArn(Name) };
    },
    DescribeEventBus: ({ Name }) => {
      this.#bus(Name);
      return { Name, Arn: busArn(Name) };
    },
    PutRule: ({ Name, EventBusName, EventPattern }) => {
      if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(Name)) throw new Fault('ValidationException');
      const rules = this.#bus(EventBusName);
      const types = (JSON.parse(EventPattern) as { 'detail-type': string[] })['detail-type'];
      rules.set(Name, { types, targets: rules.get(Name)?.targets ?? [] });
      return { RuleArn: `${busArn(EventBusName)}/${Name}` };
    },
    DescribeRule: ({ Name, EventBusName }) => {
      const rule = this.#bus(EventBusName).get(Name);
      if (!rule) throw new Fault('ResourceNotFoundException');
      return { Name, EventBusName, EventPattern: JSON.stringify({ 'detail-type': rule.types }) };
    },
    PutTargets: ({ Rule, EventBusName, Targets }) => {
      const rule = this.#bus(EventBusName).get(Rule);
      if (!rule) throw new Fault('ResourceNotFoundException');
      rule.targets = Targets;
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    PutEvents: ({ Entries }) => {
      if (Entries.length === 0 || Entries.length > 10) throw new Fault('ValidationException');
      const size = Entries.reduce((sum: number, { Detail }: Input) => sum + Buffer.byteLength(Detail), 0);
      if (size > 256 * 1024) throw new Fault('ValidationException');
      for (const { EventBusName, DetailType, Detail } of Entries)
        this.#route(EventBusName, DetailType, Detail);
      return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) };
    },
  };

  #route(bus: string, type: string, detail: string): void {
    for (const { types, targets } of this.#bus(bus).values()) {
      if (!types.includes(type)) continue;
      for (const { Arn, InputPath } of targets) {
        if (InputPath !== '$.detail') throw new Fault('ValidationException');
        // Parsed and written again, as EventBridge does.
        this.#named(Arn.slice(Arn.lastIndexOf(':') + 1)).put(JSON.stringify(JSON.parse(detail)));
      }
    }
  }

  #bus(name: string): Map<string, Rule> {
    const rules = this.#buses.get(name);
    if (!rules) throw new Fault('ResourceNotFoundException');
    return rules;
  }

  #queue(url: string): Queue {
    return this.#named(url.slice(url.lastIndexOf('/') + 1));
  }

  #named(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new Fault('com.amazonaws.sqs#QueueDoesNotExist');
    return queue;
  }
}

function urlOf(endpoint: string, name: string): string {
  return `${endpoint}/000000000000/${name}`;
}

function busArn(name: string): string {
  return `arn:aws:events:eu-central-1:000000000000:event-bus/${name}`;
}

function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
