/**
 * A load generator at a fixed rate on raw sockets: reads a `Pace` from stdin, writes what it measured to stdout. A request
 * falls due at its moment whatever became of those before it, goes out on a free connection or waits for one, and its
 * latency counts from when this process found it due: a proxy that stalls cannot make the load wait for it, and what
 * this process itself is late (its timers are a millisecond apart) counts for nobody.
 */
import { text } from 'node:stream/consumers';
import type { Measured, Pace } from './load.ts';
import { percentilesOf, RawConnection, requestsOf } from './raw-connection.ts';

/** Connections open and everything is at its pace before it counts. */
const SETTLE_MS = 1_500;
/** How long the last answers may take. */
const PATIENCE_MS = 2_000;

const pace = JSON.parse(await text(process.stdin)) as Pace;
const requests = requestsOf(pace);
const intervalMs = 1_000 / pace.perSecond;
const total = Math.ceil((SETTLE_MS / 1_000 + pace.seconds) * pace.perSecond);
const settled = Math.ceil((SETTLE_MS / 1_000) * pace.perSecond);
/** Since `beganAt`, ms. */
const dueAt = new Float64Array(total);
const latencies = new Float64Array(total - settled);
/** Number of the request that a connection has in hand. */
const inHand = new Map<RawConnection, number>();
let errors = 0;
let answers = 0;
let due = 0;
let sent = 0;

const free = Array.from(
  { length: pace.connections },
  () => new RawConnection(pace.port, answered, () => errors++),
);
const all = [...free];
const beganAt = performance.now();
setInterval(sendDue, 1);
setTimeout(finish, SETTLE_MS + pace.seconds * 1_000 + PATIENCE_MS);

/** Sends what is due by now, on the connections in turn. Called by the timer and by every answer. */
function sendDue(): void {
  const now = performance.now() - beganAt;
  const dueNow = Math.min(total, Math.floor(now / intervalMs) + 1);
  while (due < dueNow) dueAt[due++] = now;
  while (sent < due) {
    const connection = free.shift();
    if (connection === undefined) return;
    inHand.set(connection, sent);
    connection.send(requests[sent++ % requests.length]!);
  }
}

function answered(connection: RawConnection, ok: boolean): void {
  note(inHand.get(connection)!);
  if (!ok) errors++;
  free.push(connection);
  if (++answers === total) finish();
  else sendDue();
}

function note(number: number): void {
  if (number >= settled) latencies[number - settled] = performance.now() - beganAt - dueAt[number]!;
}

/** What has no answer by now is an error, and took as long as this. */
function finish(): void {
  for (const number of inHand.values())
    if (number >= settled && latencies[number - settled] === 0) note(number);
  for (let number = Math.max(sent, settled); number < due; number++) note(number);
  for (const connection of all) connection.close();
  const measured: Measured = {
    requests: answers,
    perSecond: latencies.length / pace.seconds,
    ...percentilesOf(latencies),
    errors: errors + total - answers,
  };
  process.stdout.write(JSON.stringify(measured), () => process.exit(0));
}
