/**
 * A load generator on raw sockets: reads a `Load` from stdin, writes what it measured to stdout. Each connection sends
 * again as soon as it has its answer.
 */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Load, Measured } from './load.ts';

const load = JSON.parse(await text(process.stdin)) as Load;
const requests = load.tokens.map((token) =>
  Buffer.from(
    `GET ${load.path} HTTP/1.1\r\nHost: 127.0.0.1:${load.port}\r\nAuthorization: Bearer ${token}\r\nAccept: application/json\r\n\r\n`,
  ),
);
const latencies: number[] = [];
let errors = 0;
let next = 0;
const startedAt = performance.now();
const until = startedAt + load.seconds * 1_000;

class Connection {
  readonly #socket: Socket;
  #sentAt = 0;
  #expected = -1;
  #received = 0;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('error', () => errors++);
    this.#socket.on('data', (chunk) => this.#read(chunk));
  }

  send(now: number): void {
    this.#sentAt = now;
    this.#socket.write(requests[next++ % requests.length]!);
  }

  #read(chunk: Buffer): void {
    if (this.#expected === -1) {
      const head = chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (!head.startsWith('HTTP/1.1 200')) errors++;
      this.#expected = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      this.#received = 0;
    }
    this.#received += chunk.length;
    if (this.#received < this.#expected) return;
    this.#expected = -1;
    const now = performance.now();
    latencies.push(now - this.#sentAt);
    if (now >= until) this.#socket.destroy();
    else this.send(now);
  }

  close(): void {
    this.#socket.destroy();
  }
}

const connections = Array.from({ length: load.connections }, () => new Connection(load.port));
for (const connection of connections) connection.send(performance.now());
setTimeout(finish, load.seconds * 1_000 + 200);

function finish(): void {
  for (const connection of connections) connection.close();
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const measured: Measured = {
    requests: latencies.length,
    perSecond: latencies.length / load.seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    errors,
  };
  process.stdout.write(JSON.stringify(measured), () => process.exit(0));
}
