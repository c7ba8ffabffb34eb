import { pick } from '../../random.ts';
import { below, chance, mutateBytes, mutateTokens } from './mutate.ts';

type Random = () => number;

/** Stands for the tag of the request, so that an answer can be told from any other's. */
export const TAG = '@TAG@';
/** Of an answer that nobody asked for. */
export const SMUGGLED = 'smuggled';

const ODD_STATUS_LINES = [
  'HTTP/1.1 200\r\n',
  'HTTP/1.0 200 OK\r\n',
  'HTTP/1.1 2e2 OK\r\n',
  'HTTP/1.1 0x200 OK\r\n',
  'HTTP/1.1 099 Low\r\n',
  'HTTP/1.1 600 High\r\n',
  'HTTP/1.1 999 Odd\r\n',
  'HTTP/1.1  200 OK\r\n',
  'HTTP/1.1 200 O\nK\r\n',
  'HTTP/1.1 200 O\rK\r\n',
  'HTTP/1.1 200 \0\r\n',
  'HTTP/1.1 200 OK\n',
  'HTTP/2 200\r\n',
  'ICY 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n',
  'HTTP/1.1 204 No Content\r\n',
  'HTTP/1.1 205 Reset Content\r\n',
  'HTTP/1.1 304 Not Modified\r\n',
  'HTTP/1.1 413 Too Large\r\nconnection: close\r\n',
  'HTTP/1.1 500 Failed\r\n',
  'HTTP/1.1 502 Bad\r\n',
  'HTTP/1.1 503 Away\r\nretry-after: 1\r\n',
];
const ODD_HEADERS = [
  'connection: close\r\n',
  'connection: keep-alive\r\n',
  'connection: close\r\nconnection: keep-alive\r\n',
  'connection: x-private\r\nx-private: 1\r\n',
  'keep-alive: timeout=0\r\n',
  'keep-alive: timeout=99999999999999999999\r\n',
  'content-length: 0\r\n',
  'content-length: 7\r\n',
  'content-length: 5, 5\r\n',
  'content-length: +5\r\n',
  'content-length: 0x5\r\n',
  'content-length: 1e3\r\n',
  'content-length: 99999999999999999999\r\n',
  'transfer-encoding: chunked\r\n',
  'transfer-encoding: gzip, chunked\r\n',
  'transfer-encoding: identity\r\n',
  'transfer-encoding : chunked\r\n',
  'x-control: a\x01b\r\n',
  'x-nul: a\0b\r\n',
  'x-cr: a\rb\r\n',
  'x-lf: a\nb\r\n',
  'x-high: \xff\xfe\r\n',
  'x-empty:\r\n',
  ': nameless\r\n',
  'no colon\r\n',
  ' folded: yes\r\n',
  'x space: 1\r\n',
  'set-cookie: a=1\r\nset-cookie: b=2\r\n',
  'upgrade: websocket\r\nconnection: upgrade\r\n',
  'trailer: x-late\r\n',
  'x-request-id: theirs\r\n',
  'date: never\r\n',
  'location: /\r\n',
];
const WORDS = [
  ...ODD_STATUS_LINES,
  ...ODD_HEADERS,
  '\r\n',
  '\n',
  '\r\n\r\n',
  '0\r\n\r\n',
  '0\r\nx-late: 1\r\n\r\n',
  '5;a="b\r\nc"\r\nhello\r\n',
  '-5\r\n',
  'FFFFFFFFFFFFFFFFF\r\n',
  'g\r\n',
  `HTTP/1.1 200 OK\r\nx-tag: ${SMUGGLED}\r\ncontent-length: 2\r\n\r\nno`,
];

/** Bytes of an upstream's answer, often with something wrong. */
export function answerBytes(random: Random): Buffer {
  const tokens = answerTokens(random);
  const mutated = chance(random, 0.5) ? mutateTokens(random, tokens, WORDS) : tokens;
  const bytes = Buffer.from(mutated.join(''), 'latin1');
  return chance(random, 0.35) ? mutateBytes(random, bytes) : bytes;
}

function answerTokens(random: Random): string[] {
  const line = chance(random, 0.3) ? pick(random, ODD_STATUS_LINES) : 'HTTP/1.1 200 OK\r\n';
  const headers = [`x-tag: ${TAG}\r\n`];
  for (let more = below(random, 3); more > 0; more--) headers.push(pick(random, ODD_HEADERS));
  if (chance(random, 0.03)) headers.push(`x-large: ${'l'.repeat(below(random, 100_000))}\r\n`);
  const extra = chance(random, 0.1) ? [pick(random, WORDS)] : [];
  return [line, ...headers, ...bodyTokens(random), ...extra];
}

function bodyTokens(random: Random): string[] {
  const body = chance(random, 0.1) ? 'B'.repeat(below(random, 150_000)) : '{"b":1}'.repeat(below(random, 20));
  if (chance(random, 0.1)) return ['\r\n', body]; // to the end of the connection
  if (chance(random, 0.5)) return [`content-length: ${body.length}\r\n`, '\r\n', body];
  const half = body.length >> 1;
  const chunks = [body.slice(0, half), body.slice(half)].filter((part) => part !== '');
  return [
    'transfer-encoding: chunked\r\n',
    '\r\n',
    ...chunks.flatMap((part) => [part.length.toString(16), '\r\n', part, '\r\n']),
    '0\r\n',
    ...(chance(random, 0.3) ? ['x-late: 1\r\n'] : []),
    '\r\n',
  ];
}
