import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { AwsServer } from '../../packages/events/src/bus/eventbridge/testing/harness.ts';
import { findProgram, moto } from './programs.ts';
import { freePort, startServer } from './server.ts';

/**
 * moto behind a front of ours, which cuts connections and does the one thing that the bus asks of EventBridge and moto passes
 * over: a target's `InputPath` of `$.detail`.
 */
export async function startMoto(): Promise<AwsServer> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = await startServer(
    findProgram(moto)!,
    ['-H', '127.0.0.1', '-p', String(port)],
    `${origin}/moto-api/`,
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
  const front = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, async (answer) => {
      try {
        const body = withInputPath(incoming, await buffer(answer));
        const length = { 'content-length': String(body.length) };
        response.writeHead(answer.statusCode!, { ...plain(answer.headers), ...length }).end(body);
      } catch {
        response.destroy();
      }
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return front;
}

function plain(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const { connection, 'transfer-encoding': encoding, 'content-length': length, ...rest } = headers;
  return rest as Record<string, string | string[]>;
}

type Received = { Messages?: { Body: string; MD5OfBody: string }[] };

/** What a receiver gets of an event is its detail. */
function withInputPath({ headers }: IncomingMessage, body: Buffer): Buffer {
  if (headers['x-amz-target'] !== 'AmazonSQS.ReceiveMessage') return body;
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
