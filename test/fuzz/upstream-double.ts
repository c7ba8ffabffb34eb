import { createServer, type Server, type Socket } from 'node:net';
import { type ParsedRequest, RequestParser, valuesOf } from './http/request-parser.ts';

/** A request that arrived whole, with the connection to answer on. */
export type Arrival = {
  request: ParsedRequest;
  socket: Socket;
  /** What no gateway may have sent; null: nothing. */
  problem: string | null;
};

export interface UpstreamDouble {
  readonly url: string;
  /** Bytes that are no request, since the last call. */
  complaints(): string[];
  stop(): Promise<void>;
}

/** Headers that a client sends to be believed, and that only the gateway may say. */
const NEVER = [
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'x_forwarded_for',
  'x-original-url',
  'x-rewrite-url',
  'proxy',
];
const ONCE = [
  'host',
  'content-length',
  'transfer-encoding',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-request-id',
];

/** An upstream that reads as strictly as RFC 9112 allows, and hands whole requests to `onArrival`. */
export async function startUpstream(onArrival: (arrival: Arrival) => void): Promise<UpstreamDouble> {
  const complaints: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const parser = new RequestParser();
    let told = 0;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      if (parser.state === 'invalid') return;
      parser.push(bytes);
      if ((parser.state as string) === 'invalid')
        complaints.push(
          `an upstream was sent ${parser.problem} wrong: ${JSON.stringify(parser.rest.toString('latin1').slice(0, 400))}`,
        );
      for (const request of parser.requests.slice(told)) {
        onArrival({ request, socket, problem: problemOf(request) });
      }
      told = parser.requests.length;
      if (told > 1_000) {
        parser.requests.length = 0;
        told = 0;
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    complaints: () => complaints.splice(0),
    stop: () => closed(server, sockets),
  };
}

function problemOf(request: ParsedRequest): string | null {
  for (const name of ONCE) if (valuesOf(request, name).length > 1) return `two headers ${name}`;
  for (const name of NEVER) if (valuesOf(request, name).length > 0) return `the header ${name}`;
  if (request.minor === 1 && valuesOf(request, 'host').length === 0) return 'no header host';
  return null;
}

function closed(server: Server, sockets: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
