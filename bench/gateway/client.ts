/**
 * A load generator on raw sockets: reads a `Load` from stdin, writes what it measured to stdout. Each connection sends
 * again as soon as it has its answer.
 */
import { text } from 'node:stream/consumers';
import type { Load, Measured } from './load.ts';
import { percentilesOf, RawConnection, requestsOf } from './raw-connection.ts';

const load = JSON.parse(await text(process.stdin)) as Load;
const requests = requestsOf(load);
const latencies: number[] = [];
const sentAt = new Map<RawConnection, number>();
let errors = 0;
let next = 0;
const until = performance.now() + load.seconds * 1_000;

const connections = Array.from(
  { length: load.connections },
  () => new RawConnection(load.port, answered, () => errors++),
);
for (const connection of connections) send(connection, performance.now());
setTimeout(finish, load.seconds * 1_000 + 200);

function send(connection: RawConnection, now: number): void {
  sentAt.set(connection, now);
  connection.send(requests[next++ % requests.length]!);
}

function answered(connection: RawConnection, ok: boolean): void {
  if (!ok) errors++;
  const now = performance.now();
  latencies.push(now - sentAt.get(connection)!);
  if (now >= until) connection.close();
  else send(connection, now);
}

function finish(): void {
  for (const connection of connections) connection.close();
  const measured: Measured = {
    requests: latencies.length,
    perSecond: latencies.length / load.seconds,
    ...percentilesOf(Float64Array.from(latencies)),
    errors,
  };
  process.stdout.write(JSON.stringify(measured), () => process.exit(0));
}
