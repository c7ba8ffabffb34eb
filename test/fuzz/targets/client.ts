import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { requestBytes } from '../http/corpus.ts';
import { type ParsedRequest, RequestParser, valuesOf } from '../http/request-parser.ts';
import { ResponseParser } from '../http/response-parser.ts';
import { bytesOf, play, type Script, scriptOf, smallerScripts } from '../http/script.ts';
import { CLEAN_PATH, tableOf } from '../table.ts';
import { defineTarget, type Session } from '../target.ts';
import { type Arrival, startUpstream } from '../upstream-double.ts';
import { ANSWER_LIMIT_MS, watchWorker } from '../worker/session.ts';

/** How long after its last answer a connection is watched for bytes that must not come, ms. */
const AFTERGLOW_MS = 10;

/** Number of an answer to a request that belongs to no visit: a plain one. */
const CLEAN = 1;

/** One connection of a client: what it has sent means, what came back, and what ran for it. */
type Visit = {
  sent: RequestParser;
  received: ResponseParser;
  /** Numbers of the requests that reached an upstream, in order of their arrival. */
  ran: { serial: number; identity: string }[];
  /** The client itself left before it had its answers. */
  left: boolean;
  judged: boolean;
  /** What an upstream was sent for it and must not be. */
  problem: string | null;
  closed: boolean;
};

/** The client's side: bytes of clients, cut, repeated, mutated, in pieces, half closed or reset. */
export const client = defineTarget<Script>({
  name: 'client',
  lanes: canBindAddresses() ? 24 : 1,
  generate: (random) =>
    scriptOf(random, requestBytes(random), ['wait', 'wait', 'wait', 'wait', 'half', 'reset']),
  smaller: smallerScripts,
  show: (script) =>
    `${script.end}, ${script.pieces.length} pieces, ${JSON.stringify(bytesOf(script).toString('latin1'))}`,
  open,
});

async function open(): Promise<Session<Script>> {
  const visits = new Map<string, Visit>();
  const late: string[] = [];
  let serial = 0;
  let address = 0;
  const answer = (arrival: Arrival) => {
    const [from = ''] = valuesOf(arrival.request, 'x-forwarded-for');
    serial++;
    const visit = visits.get(from);
    visit?.ran.push({ serial, identity: identityOf(arrival.request) });
    if (visit && arrival.problem !== null) visit.problem = `an upstream was sent ${arrival.problem}`;
    if (visit?.judged && !visit.left)
      late.push(`a request ran after its client had been told all: ${identityOf(arrival.request)}`);
    reply(arrival, visit ? serial : CLEAN);
  };
  const monolith = await startUpstream(answer);
  const service = await startUpstream(answer);
  const watched = await watchWorker(tableOf({ monolith: monolith.url, service: service.url }), CLEAN_PATH);
  return {
    ...watched,
    complaints: () => [
      ...watched.complaints(),
      ...monolith.complaints(),
      ...service.complaints(),
      ...late.splice(0),
    ],
    async run(script) {
      const from = client.lanes === 1 ? '127.0.0.1' : addressOf(address++ % 60_000);
      const visit = newVisit(script);
      visits.set(from, visit);
      const problem = await visitGateway(watched.worker.port, from, script, visit);
      visit.judged = true;
      globalThis.setTimeout(() => visits.get(from) === visit && visits.delete(from), 2_000).unref();
      return watched.worker.alive ? problem : null; // its end is a complaint of its own
    },
    async close() {
      await watched.close();
      await Promise.all([monolith.stop(), service.stop()]);
    },
  };
}

function newVisit(script: Script): Visit {
  const sent = new RequestParser('blanks');
  sent.push(bytesOf(script));
  return {
    sent,
    received: new ResponseParser((index) => methodOf(sent, index)),
    ran: [],
    left: script.end !== 'wait',
    judged: false,
    problem: null,
    closed: false,
  };
}

/** Of the n-th request; also of the one that is none, or not whole: its refusal has no body if it was to be HEAD. */
function methodOf({ requests, rest }: RequestParser, index: number): string | undefined {
  return requests[index]?.method ?? /^(?:\r\n)*(\S+) /.exec(rest.toString('latin1'))?.[1];
}

/**
 * Is what is left the body of a refused HEAD? What the gateway's parser could not read is refused with a body, because
 * its method is not known, and the connection ends with it. Such a refusal is written past the HTTP server: it has no
 * date. Others to HEAD have no body.
 */
function isRefusedHead({ sent, received: { responses, rest } }: Visit): boolean {
  const refusal = responses.at(-1);
  if (!refusal?.last || refusal.headers.has('date')) return false;
  const length = Number(refusal.headers.get('content-length'));
  return methodOf(sent, responses.length - 1) === 'HEAD' && rest.length === length;
}

/** Plays the script and waits until everything is answered, or the limit is over. */
async function visitGateway(
  port: number,
  from: string,
  script: Script,
  visit: Visit,
): Promise<string | null> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  const { received } = visit;
  const changed = eventsOf(socket, visit);
  await play(script, socket);
  const deadline = performance.now() + ANSWER_LIMIT_MS;
  while (!finished(visit) && performance.now() < deadline) await changed(deadline - performance.now());
  const inTime = finished(visit);
  await setTimeout(AFTERGLOW_MS);
  socket.destroy();
  if (received.problem !== '' && !isRefusedHead(visit)) return `the client was sent ${received.problem}`;
  if (!inTime) return `no end of it after ${ANSWER_LIMIT_MS} ms: ${stateOf(visit)}`;
  const problem = judge(visit);
  return problem === null ? null : `${problem}; ${stateOf(visit)}`;
}

/** Resolves at the next event of the connection, or after so long. */
function eventsOf(socket: Socket, visit: Visit): (ms: number) => Promise<void> {
  let wake = () => {};
  socket.on('data', (bytes: Buffer) => {
    visit.received.push(bytes);
    wake();
  });
  socket.on('error', () => {
    // A reset takes with it what was on its way: no answer can be asked for any more.
    visit.left = true;
    wake();
  });
  socket.on('close', () => {
    visit.closed = true;
    visit.received.end();
    wake();
  });
  return (ms) =>
    new Promise((resolve) => {
      const timer = globalThis.setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
}

function finished({ sent, received, closed, left }: Visit): boolean {
  if (closed || received.problem !== '' || received.switched) return true;
  if (left || sent.state === 'invalid' || sent.state === 'closed') return false;
  return received.responses.length >= sent.requests.length;
}

/** One answer for each request, in order, of the request itself; nothing ran that was not answered for. */
function judge(visit: Visit): string | null {
  const { sent, received, ran, left, closed, problem } = visit;
  if (problem !== null) return problem;
  const { requests, state } = sent;
  const { responses } = received;
  const refused = state === 'invalid' || state === 'open' ? 1 : 0;
  if (responses.length > requests.length + refused)
    return `${responses.length} answers to ${requests.length} requests`;
  const answered = new Set<number>();
  for (const [index, { headers }] of responses.entries()) {
    const serial = headers.get('x-serial');
    if (serial === undefined) continue; // the gateway's own answer
    const request = requests[index];
    if (request === undefined)
      return `an upstream answered what is no request (${sent.problem || 'incomplete'})`;
    if (headers.get('x-identity') !== identityOf(request))
      return `request ${index} had the answer of another: ${headers.get('x-identity')} for ${identityOf(request)}`;
    if (answered.has(Number(serial))) return 'one answer came twice';
    answered.add(Number(serial));
  }
  const known = requests.map(identityOf);
  for (const { serial, identity } of ran) {
    if (!known.includes(identity)) return `something ran that the client did not ask for: ${identity}`;
    if (!left && !received.switched && !answered.has(serial))
      return `something ran that was not answered for: ${identity}`;
  }
  if (closed && !left && responses.length < requests.length && !responses.at(-1)?.last)
    return `the connection was closed with ${requests.length - responses.length} requests unanswered`;
  // Ending its own direction counts as leaving, because it looks the same: what is being answered is then cut off.
  if (received.rest.length > 0 && !left && !received.switched && !isRefusedHead(visit))
    return 'an answer was cut off';
  return null;
}

function stateOf({ sent, received }: Visit): string {
  const statuses = received.responses.map(({ status, headers, last }) => {
    const by = headers.has('x-serial') ? '' : ' by the gateway';
    return `${status}${by}${last ? ' and closed' : ''}`;
  });
  return `[${statuses.join(', ')}] to ${sent.requests.length} requests, then ${sent.state} (${sent.problem})`;
}

/** What must come back unchanged. The gateway may leave out a body's framing, not its bytes. */
function identityOf({ method, target, body }: Pick<ParsedRequest, 'method' | 'target' | 'body'>): string {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return `${method} ${Buffer.from(target, 'latin1').toString('base64url')} ${hash}`;
}

function reply({ request, socket }: Arrival, serial: number): void {
  const head = `x-serial: ${serial}\r\nx-identity: ${identityOf(request)}\r\n`;
  if (valuesOf(request, 'upgrade').length > 0 && serial % 2 === 0) {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n`);
    return;
  }
  if (serial % 11 === 0) {
    socket.write(`HTTP/1.1 204 No Content\r\n${head}\r\n`);
    return;
  }
  const body = serial % 50 === 0 ? 'B'.repeat(200_000) : `{"serial":${serial}}`;
  const empty = request.method === 'HEAD';
  if (serial % 7 === 0) {
    const chunks = empty ? '' : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    socket.write(`HTTP/1.1 200 OK\r\n${head}transfer-encoding: chunked\r\n\r\n${chunks}`);
    return;
  }
  socket.write(`HTTP/1.1 200 OK\r\n${head}content-length: ${body.length}\r\n\r\n${empty ? '' : body}`);
}

/** Each connection comes from an address of its own, by which an upstream knows whose request it has. */
function addressOf(index: number): string {
  return `127.1.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

function canBindAddresses(): boolean {
  return process.platform === 'linux';
}
