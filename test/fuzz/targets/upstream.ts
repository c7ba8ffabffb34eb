import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { RouteTable } from '@banyan/gateway';
import { pick } from '../../random.ts';
import { answerBytes, SMUGGLED, TAG } from '../http/answers.ts';
import { valuesOf } from '../http/request-parser.ts';
import { ResponseParser } from '../http/response-parser.ts';
import { bytesOf, play, type Script, scriptOf, smallerScripts } from '../http/script.ts';
import { CLEAN_PATH, tableOf } from '../table.ts';
import { defineTarget, type Session } from '../target.ts';
import { type Arrival, startUpstream } from '../upstream-double.ts';
import { ANSWER_LIMIT_MS, watchWorker } from '../worker/session.ts';

/** How long the gateway waits for an upstream here, ms. */
const TIMEOUT_MS = 400;
/** After so many inputs the upstreams are new to the gateway: a breaker that is open would hide them. */
const FRESH_AFTER = 6;
/** An answer that has begun may go on for ever: it is waited for this long, ms. */
const BEGUN_MS = 1_000;

type Input = { method: string; path: string; answer: Script };
/** What an upstream was asked under one tag, by side. */
type Story = { answer: Script; ran: { monolith: number; service: number } };

/** The upstream's side: answers cut, repeated, mutated, in pieces, too long, too short, broken off. */
export const upstream = defineTarget<Input>({
  name: 'upstream',
  lanes: 16,
  generate: (random) => ({
    method: pick(random, ['GET', 'GET', 'HEAD', 'PUT', 'POST', 'DELETE']),
    // Of the two ids one is on the service's side and one on the monolith's; the last path is nobody's route.
    path: pick(random, ['/items/1', '/items/2', '/items/3', '/items/4', '/other']),
    answer: scriptOf(random, answerBytes(random), ['wait', 'half', 'half', 'reset']),
  }),
  smaller: ({ answer, ...rest }) => smallerScripts(answer).map((smaller) => ({ ...rest, answer: smaller })),
  show: ({ method, path, answer }) =>
    `${method} ${path}, ${answer.end}, ${answer.pieces.length} pieces, ${JSON.stringify(bytesOf(answer).toString('latin1'))}`,
  open,
});

async function open(): Promise<Session<Input>> {
  const stories = new Map<string, Story>();
  let count = 0;
  const answerAs = (side: 'monolith' | 'service') => (arrival: Arrival) => {
    const [tag = ''] = valuesOf(arrival.request, 'x-tag');
    const story = stories.get(tag);
    if (story === undefined) {
      arrival.socket.write(`HTTP/1.1 200 OK\r\nx-tag: ${tag}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    story.ran[side]++;
    void play(tagged(story.answer, tag), arrival.socket);
  };
  const monolith = await startUpstream(answerAs('monolith'));
  const service = await startUpstream(answerAs('service'));
  const table = (timeoutMs: number): RouteTable =>
    tableOf({ monolith: monolith.url, service: service.url }, { timeoutMs, cleanAt: clean.url });
  const clean = await startUpstream(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  const watched = await watchWorker(table(TIMEOUT_MS), CLEAN_PATH);
  return {
    ...watched,
    complaints: () => [...watched.complaints(), ...monolith.complaints(), ...service.complaints()],
    async run(input) {
      if (++count % FRESH_AFTER === 0)
        watched.worker.publish({ ...table(TIMEOUT_MS + (count % 7)), version: 1 + count });
      const tag = tagOf(`t${count}`);
      const story: Story = { answer: input.answer, ran: { monolith: 0, service: 0 } };
      stories.set(tag, story);
      const problem = await ask(watched.worker.port, input, tag);
      stories.delete(tag);
      if (!watched.worker.alive) return null; // its end is a complaint of its own
      return problem ?? judge(input, story);
    },
    async close() {
      await watched.close();
      await Promise.all([monolith.stop(), service.stop(), clean.stop()]);
    },
  };
}

/** The request under test, then a good one on the same connection, which must have the answer to itself. */
async function ask(port: number, { method, path, answer }: Input, tag: string): Promise<string | null> {
  const socket = connect(port, '127.0.0.1');
  try {
    const methods = [method, 'GET'];
    const received = new ResponseParser((index) => methods[index]);
    const answered = answersOf(socket, received);
    const body = method === 'PUT' || method === 'POST' ? 'content-length: 2\r\n\r\n{}' : '\r\n';
    socket.write(`${method} ${path} HTTP/1.1\r\nhost: gateway.test\r\nx-tag: ${tag}\r\n${body}`);
    if (!(await answered(1))) return `no answer within ${ANSWER_LIMIT_MS} ms`;
    if (received.problem !== '') return `the client was sent ${received.problem}`;
    const [first] = received.responses;
    const problem = first ? problemOf(first.headers, tag, namesPrivate(answer)) : null;
    if (problem !== null || socket.destroyed || first?.last !== false) return problem;
    const next = tagOf(`after-${tag}`);
    socket.write(`GET /items/5 HTTP/1.1\r\nhost: gateway.test\r\nx-tag: ${next}\r\n\r\n`);
    if (!(await answered(2))) return `no answer to the next request within ${ANSWER_LIMIT_MS} ms`;
    if (received.problem !== '') return `after it the client was sent ${received.problem}`;
    const [, second] = received.responses;
    if (second?.headers.get('x-tag') === SMUGGLED) return 'what came after an answer was taken for the next';
    return second ? problemOf(second.headers, next) : null;
  } finally {
    socket.destroy();
  }
}

/** Waits for so many answers, or the end of the connection; false when the limit is over. */
function answersOf(socket: Socket, received: ResponseParser): (wanted: number) => Promise<boolean> {
  let wake = () => {};
  let closed = false;
  socket.on('data', (bytes: Buffer) => {
    received.push(bytes);
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    received.end();
    wake();
  });
  return (wanted) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ANSWER_LIMIT_MS);
      const patience = setTimeout(() => received.begun && done(true), BEGUN_MS);
      const done = (inTime: boolean) => {
        clearTimeout(timer);
        clearTimeout(patience);
        resolve(inTime);
      };
      wake = () => {
        if (!closed && received.problem === '' && received.responses.length < wanted) return;
        done(true);
      };
      wake();
    });
}

/** Does Connection name x-private? Mutated to another name, it does not. */
function namesPrivate(answer: Script): boolean {
  return bytesOf(answer).includes('\r\nconnection: x-private\r\nx-private: 1\r\n');
}

/** An answer is the upstream's to this very request, or the gateway's own. */
function problemOf(headers: Map<string, string>, tag: string, named = false): string | null {
  if (headers.get('content-type') === 'application/problem+json') return null;
  if (named && headers.has('x-private')) return 'a header that Connection named reached the client';
  const found = headers.get('x-tag') ?? tag;
  return found !== tag && isTag(found) ? `the answer of another request came: ${found} for ${tag}` : null;
}

/** Tags carry a check, so that a mutated one is not taken for another request's. */
function tagOf(name: string): string {
  return `${name}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

function isTag(text: string): boolean {
  return tagOf(text.slice(0, -9)) === text;
}

/** What may have run on one side must not run on the other. */
function judge({ method }: Input, { ran }: Story): string | null {
  const unsafe = method !== 'GET' && method !== 'HEAD';
  if (unsafe && ran.monolith > 0 && ran.service > 0) return `${method} ran on both sides`;
  if (method === 'POST' && ran.monolith + ran.service > 1) return 'POST ran twice';
  return null;
}

function tagged(script: Script, tag: string): Script {
  const named = (piece: Buffer) => Buffer.from(piece.toString('latin1').replaceAll(TAG, tag), 'latin1');
  return { ...script, pieces: script.pieces.map(named) };
}
