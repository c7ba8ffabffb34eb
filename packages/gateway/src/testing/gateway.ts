import http, { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { until } from '@banyan/postgres/until';
import { memorySource } from '../control/memory-source.ts';
import type { Route, RouteTable } from '../control/route-table.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../gateway.ts';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

export interface Backend {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Requests in the order they came, body included. */
  readonly seen: Seen[];
  /** What it answers; replace it at will. */
  answer: (req: IncomingMessage, res: ServerResponse, body: string) => void;
  stop(): Promise<void>;
}

/** A real HTTP server that answers `{"from": name}` and remembers what it was asked. Stopped with the test. */
export async function startBackend(t: TestContext, name: string, port = 0): Promise<Backend> {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      seen.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
      backend.answer(req, res, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const backend: Backend = {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    server,
    seen,
    answer: (_req, res) => sendJson(res, 200, { from: name }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  t.after(() => backend.stop());
  return backend;
}

/** An upstream that speaks bytes. `answer` is called with all that a connection has sent so far. */
export async function rawUpstream(t: TestContext, answer: (socket: Socket, received: string) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    let received = '';
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      answer(socket, received);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

/** A table with service `users` (salt `users`) and whatever else is given. */
export function tableOf(
  urls: { monolith: string; service?: string | string[] },
  share: number,
  routes: (Partial<Route> & Pick<Route, 'method' | 'path'>)[],
  more: Partial<RouteTable> = {},
): RouteTable {
  const upstream = (instances: string[]) => ({ instances, health: null, timeoutMs: 5_000 });
  return {
    version: 1,
    monolith: { ...upstream([urls.monolith]), signAs: null },
    services: {
      users: { upstream: upstream([urls.service ?? urls.monolith].flat()), share, salt: 'users' },
    },
    routes: routes.map((route) => ({
      id: `${route.method} ${route.path}`,
      service: 'users',
      key: { from: 'header', name: 'x-key' },
      mode: 'hybrid',
      onMonolith: true,
      auth: 'none',
      shadow: false,
      unsafeFallback: 'never',
      settle: { monolith: [], service: [] },
      ...route,
    })),
    issuers: [],
    rateLimit: null,
    trustedHops: 0,
    limits: { bodyBytes: 1024 * 1024, headerBytes: 16 * 1024 },
    holdMs: 5_000,
    settleMs: 1_000,
    override: null,
    ...more,
  };
}

/** A gateway over a table in memory, stopped with the test. */
export async function startTestGateway(
  t: TestContext,
  table: RouteTable,
  options: Partial<GatewayOptions> & { source?: ReturnType<typeof memorySource> } = {},
): Promise<{ gateway: Gateway; source: ReturnType<typeof memorySource> }> {
  const source = options.source ?? memorySource(table);
  const onError = (error: unknown, what: string) => console.error(what, error);
  const gateway = await startGateway({ port: 0, onError, ...options, source });
  t.after(() => gateway.stop(1_000));
  return { gateway, source };
}

/** Sends bytes as they are and resolves to all that comes back until the other end closes or `enough` says so. */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  enough: (received: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (enough(received)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

export { until };

const BLOCK = Buffer.alloc(256 * 1024, 'a');

/** Answers with so many bytes (a multiple of 256 KiB) as fast as they are taken. `wrote` hears how many were written so far. */
export function pour(response: ServerResponse, bytes: number, wrote: (bytes: number) => void): void {
  let written = 0;
  const more = () => {
    while (written < bytes) {
      written += BLOCK.length;
      wrote(written);
      if (!response.write(BLOCK)) return response.once('drain', more);
    }
    return response.end();
  };
  more();
}

/** Resolves when a number has come to a halt: a tenth of a second has not changed it. */
export async function untilStill(value: () => number): Promise<void> {
  let last = Number.NaN;
  await until(async () => {
    const before = last;
    last = value();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return before === last;
  });
}

export const get = (url: string, options: http.RequestOptions = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => http.get(url, options, resolve).on('error', reject));

export async function textOf(res: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of res) text += chunk;
  return text;
}
