import { pick } from '../../random.ts';
import { below, chance, mutateBytes, mutateTokens } from './mutate.ts';

type Random = () => number;

const METHODS = ['GET', 'GET', 'GET', 'PUT', 'POST', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS'];
const ODD_METHODS = ['TRACE', 'CONNECT', 'PROPFIND', 'M-SEARCH', 'get', 'PRI', 'GETS', 'LINK', 'QUERY', ''];
const TARGETS = [
  '/clean?x=1',
  '/items/7',
  '/items/42?a=b',
  '/mine',
  '/orders',
  '/basket',
  '/items/%C3%A4',
  '/a/b/c.txt',
];
const ODD_TARGETS = [
  '*',
  'http://upstream.test/items/7',
  'upstream.test:80',
  '//items/7',
  '/items/../items/7',
  '/items/%2e%2e/mine',
  '/items/7;a=b',
  '/items\\7',
  '/items/7#x',
  '/items/%',
  '/items/%00',
  '/ITEMS/7',
  '/items/7/',
  '/items/7%2f8',
  '',
  '/ä',
];
const HEADERS = [
  'accept: */*',
  'x-key: 12',
  'x-key: 99',
  'cookie: sid=5',
  'user-agent: fuzz',
  'accept-encoding: gzip, br',
  'authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJvd24iLCJzdWIiOiI0MiJ9.c2lnbmF0dXJl',
  'authorization: Basic YTpi',
  'x-request-id: r-1',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'baggage: a=b,cohort=service',
  'if-none-match: "1"',
  'range: bytes=0-1',
  'origin: http://a.test',
];
const ODD_HEADERS = [
  'connection: close',
  'connection: keep-alive',
  'connection: close, keep-alive',
  'connection: x-key, authorization',
  'connection: upgrade',
  'upgrade: websocket',
  'upgrade: h2c',
  'http2-settings: AAMAAABkAARAAAAAAAIAAAAA',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version: 13',
  'expect: 100-continue',
  'expect: 200-ok',
  'transfer-encoding: chunked',
  'transfer-encoding: identity',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding:\tchunked',
  'transfer-encoding : chunked',
  'content-length: 5',
  'content-length: 0',
  'content-length: +5',
  'content-length: 5, 5',
  'content-length: 0x5',
  'content-length: -1',
  'content-length: 99999999999999999999',
  'host: two.test',
  'host: a b',
  'host:',
  'x-http-method-override: DELETE',
  'x-http-method: PUT',
  'x-method-override: PATCH',
  'x-banyan-side: service',
  'x-banyan-shadow: 1',
  'x-forwarded-for: 10.0.0.1',
  'x_forwarded_for: 10.0.0.1',
  'x-forwarded-host: evil.test',
  'x-forwarded-prefix: /admin',
  'x-original-url: /admin',
  'x-rewrite-url: /admin',
  'forwarded: for=10.0.0.1',
  'proxy: http://evil.test',
  'te: trailers',
  'trailer: x-key',
  'x-key: ä',
  'cookie: sid=5; sid=6',
  'cookie: sid="7"',
  'authorization: Bearer',
  'authorization: bearer\tabc',
  ' folded: yes',
  'no-colon',
  ': no name',
  'x-nul: a\0b',
  'x-cr: a\rb',
  'content-type: application/json',
  'content-type: text/plain',
];
/** What may stand anywhere in a request. */
const WORDS = [
  ...ODD_HEADERS.map((header) => `${header}\r\n`),
  '\r\n',
  '\r\n\r\n',
  '\n',
  ' ',
  'HTTP/1.0',
  'HTTP/1.1',
  'HTTP/2.0',
  'HTTP/0.9',
  'http/1.1',
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  '5;ext="a\r\nb"\r\nhello\r\n',
  'ffffffffffffffff\r\n',
  'GET /items/666 HTTP/1.1\r\nhost: smuggled.test\r\n\r\n',
  'PUT /mine HTTP/1.1\r\nhost: smuggled.test\r\ncontent-length: 0\r\n\r\n',
];

/** Bytes of a client: a few requests one after another, often with something wrong. */
export function requestBytes(random: Random): Buffer {
  const tokens = Array.from({ length: 1 + below(random, 4) }, () => requestTokens(random)).flat();
  const mutated = chance(random, 0.4) ? mutateTokens(random, tokens, WORDS) : tokens;
  const bytes = Buffer.from(mutated.join(''), 'latin1');
  return chance(random, 0.3) ? mutateBytes(random, bytes) : bytes;
}

/** One request as pieces that can be moved about. */
function requestTokens(random: Random): string[] {
  const odd = chance(random, 0.15);
  const method = pick(random, odd ? ODD_METHODS : METHODS);
  const target = pick(random, chance(random, 0.15) ? ODD_TARGETS : TARGETS);
  const version = chance(random, 0.05) ? pick(random, ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', '']) : 'HTTP/1.1';
  const headers = [`host: gateway.test\r\n`];
  for (let more = below(random, 5); more > 0; more--) headers.push(`${pick(random, HEADERS)}\r\n`);
  if (chance(random, 0.25)) headers.push(`${pick(random, ODD_HEADERS)}\r\n`);
  if (chance(random, 0.03)) headers.push(`x-large: ${'l'.repeat(below(random, 20_000))}\r\n`);
  if (chance(random, 0.02)) headers.push(...Array.from({ length: 300 }, (_, n) => `x-${n}: ${n}\r\n`));
  if (chance(random, 0.04))
    headers.push(
      'connection: upgrade\r\n',
      'upgrade: websocket\r\n',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
      'sec-websocket-version: 13\r\n',
    );
  return [method, ' ', target, ' ', version, '\r\n', ...headers, ...bodyTokens(random, method)];
}

/** The header of the length, the empty line, and the body. */
function bodyTokens(random: Random, method: string): string[] {
  if (method === 'GET' || method === 'HEAD' ? chance(random, 0.95) : chance(random, 0.3)) return ['\r\n'];
  const body = bodyText(random);
  const expect = chance(random, 0.1) ? ['expect: 100-continue\r\n'] : [];
  if (chance(random, 0.5)) return [...expect, `content-length: ${body.length}\r\n`, '\r\n', body];
  const half = body.length >> 1;
  const chunks = [body.slice(0, half), body.slice(half)].filter((part) => part.length > 0);
  const trailer = chance(random, 0.2) ? ['x-trailer: 1\r\n'] : [];
  return [
    ...expect,
    'transfer-encoding: chunked\r\n',
    '\r\n',
    ...chunks.flatMap((part) => [
      part.length.toString(16),
      chance(random, 0.1) ? ';a=b' : '',
      '\r\n',
      part,
      '\r\n',
    ]),
    '0\r\n',
    ...trailer,
    '\r\n',
  ];
}

function bodyText(random: Random): string {
  if (chance(random, 0.3)) return 'GET /items/666 HTTP/1.1\r\nhost: smuggled.test\r\n\r\n';
  if (chance(random, 0.1)) return 'b'.repeat(below(random, 200_000));
  return '{"a":1}'.repeat(1 + below(random, 20));
}
