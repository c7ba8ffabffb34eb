import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { AwsServer } from '../../packages/events/src/bus/eventbridge/testing/harness.ts';
import { findProgram, moto } from './programs.ts';
import { freePort, startServer } from './server.ts';

/**
 * moto behind a front of ours, which cuts connections and does what AWS does and moto does not:
 *
 * - a target's `InputPath` of `$.detail`;
 * - waiting for messages ends with the connection. moto's own goes on for its 20 s, and what comes meanwhile is given to nobody for as
 *   long as the receiver that is gone would have had it;
 * - a message is given to one receiver: moto's threads may give it to two at once, and only one of them can take it off the queue.
 */
export async function startMoto(): Promise<AwsServer> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = await startServer(
    findProgram(moto)!,
    ['-H', '127.0.0.1', '-p', String(port)],
    `${origin}/moto-api/`,
    { PYTHONPATH: fileURLToPath(new URL('moto', import.meta.url)) },
  );
  const front = await startFront(port);
  return {
    endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    cut: () => front.closeAllConnections(),
    async close() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await server.stop();
    },
  };
}

async function startFront(port: number): Promise<Server> {
  const changes = new EventEmitter().setMaxListeners(0);
  const front = createServer(async (incoming, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    try {
      const { 'x-amz-target': target } = incoming.headers;
      const body = await buffer(incoming);
      const onward = (said: Buffer) => ask(port, incoming, said, gone.signal);
      const answer =
        target === 'AmazonSQS.ReceiveMessage'
          ? await receive(body, onward, changes, gone.signal)
          : await onward(body);
      if (BRINGS.test(String(target))) changes.emit('changed');
      const length = { 'content-length': String(answer.body.length) };
      response.writeHead(answer.status, { ...plain(answer.headers), ...length }).end(answer.body);
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return front;
}

type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer };

function ask(
  port: number,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(body.length) };
    const options = {
      host: '127.0.0.1',
      port,
      method,
      path: url,
      headers: { ...plain(headers), ...length },
      signal,
    };
    const onward = request(options, (answer) => {
      buffer(answer).then(
        (said) => resolve({ status: answer.statusCode!, headers: answer.headers, body: said }),
        reject,
      );
    });
    onward.on('error', reject).end(body);
  });
}

/** Asks at once and again when something has changed, as long as the receiver waits. */
async function receive(
  body: Buffer,
  onward: (body: Buffer) => Promise<Answer>,
  changes: EventEmitter,
  gone: AbortSignal,
): Promise<Answer> {
  const { WaitTimeSeconds: seconds = 0, ...asked } = JSON.parse(body.toString()) as {
    WaitTimeSeconds?: number;
    QueueUrl: string;
  };
  const until = performance.now() + seconds * 1000;
  const now = Buffer.from(JSON.stringify({ ...asked, WaitTimeSeconds: 0 }));
  for (;;) {
    const answer = await inTurn(asked.QueueUrl, () => onward(now));
    const { Messages = [] } = JSON.parse(answer.body.toString() || '{}') as Received;
    if (Messages.length > 0 || answer.status !== 200 || performance.now() >= until)
      return { ...answer, body: withInputPath(answer.body) };
    const signal = AbortSignal.any([gone, AbortSignal.timeout(VISIBLE_AGAIN_MS)]);
    await once(changes, 'changed', { signal }).catch(() => {});
    gone.throwIfAborted();
  }
}

/** After these there may be something to receive. */
const BRINGS = /PutEvents|SendMessage|ChangeMessageVisibility/;

/** So often those who wait look for messages that can be seen again. */
const VISIBLE_AGAIN_MS = 250;

/** The end of the last receipt of each queue. */
const turns = new Map<string, Promise<unknown>>();

function inTurn<T>(queue: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(queue) ?? Promise.resolve()).then(work, work);
  turns.set(
    queue,
    turn.catch(() => {}),
  );
  return turn;
}

function plain(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const { connection, 'transfer-encoding': encoding, 'content-length': length, ...rest } = headers;
  return rest as Record<string, string | string[]>;
}

type Received = { Messages?: { Body: string; MD5OfBody: string }[] };

/** What a receiver gets of an event is its detail. */
function withInputPath(body: Buffer): Buffer {
  const answer = JSON.parse(body.toString() || '{}') as Received;
  for (const message of answer.Messages ?? []) {
    const detail = detailOf(message.Body);
    if (detail === undefined) continue;
    message.Body = JSON.stringify(detail);
    message.MD5OfBody = createHash('md5').update(message.Body).digest('hex');
  }
  return Buffer.from(JSON.stringify(answer));
}

function detailOf(text: string): unknown {
  try {
    const event = JSON.parse(text) as { 'detail-type'?: string; detail?: unknown } | null;
    return event?.['detail-type'] === undefined ? undefined : event.detail;
  } catch {
    return undefined;
  }
}
