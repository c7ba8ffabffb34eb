/**
 * A load generator on raw sockets: reads a `Load` from stdin, writes what it measured to stdout. Without a rate each
 * connection sends again as soon as it has its answer. With a rate requests fall due at an even pace, and latency
 * counts from when a request was due, not from when a connection was free for it.
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
const free: Connection[] = [];
const startedAt = performance.now();
const until = startedAt + load.seconds * 1_000;

class Connection {
  readonly #socket: Socket;
  #dueAt = 0;
  #expected = -1;
  #received = 0;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('error', () => errors++);
    this.#socket.on('data', (chunk) => this.#read(chunk));
  }

  send(dueAt: number): void {
    this.#dueAt = dueAt;
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
    latencies.push(now - this.#dueAt);
    if (now >= until) this.#socket.destroy();
    else if (load.rate === undefined) this.send(now);
    else free.push(this);
  }

  close(): void {
    this.#socket.destroy();
  }
}

const connections = Array.from({ length: load.connections }, () => new Connection(load.port));
if (load.rate === undefined) {
  for (const connection of connections) connection.send(performance.now());
  setTimeout(finish, load.seconds * 1_000 + 200);
} else {
  free.push(...connections);
  // A timer, not a busy loop: the upstream shares this core. What falls due within a tick is due when it ends.
  const due: number[] = [];
  let sent = 0;
  const tick = () => {
    const now = performance.now();
    if (now >= until) {
      setTimeout(finish, 200);
      return;
    }
    const wanted = Math.floor(((now - startedAt) * load.rate!) / 1_000);
    for (; sent < wanted; sent++) due.push(now);
    while (due.length > 0 && free.length > 0) free.shift()!.send(due.shift()!);
    setTimeout(tick, 1);
  };
  tick();
}

function finish(): void {
  for (const connection of connections) connection.close();
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const measured: Measured = {
    perSecond: latencies.length / load.seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    errors,
  };
  process.stdout.write(JSON.stringify(measured), () => process.exit(0));
}
