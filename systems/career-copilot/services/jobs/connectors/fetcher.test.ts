import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { connectors } from './connectors.ts';
import { FetchError } from './fetch-error.ts';
import { createFetcher, type Fetcher, type FetcherOptions } from './fetcher.ts';
import { PAYLOADS } from './testing/payloads.ts';

const USER_AGENT = 'career-copilot (+https://example.com/bot)';
const LEAST_MS = 40;

let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => unknown;
let robots: RequestListener;
const asked: { path: string; at: number; headers: IncomingMessage['headers'] }[] = [];
const server = createServer((request, response) => {
  asked.push({ path: request.url!, at: performance.now(), headers: request.headers });
  if (request.url === '/robots.txt') robots(request, response);
  else answer(request, response);
});
const open: Fetcher[] = [];

before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  asked.length = 0;
  answer = (_request, response) => response.end('hello');
  robots = (_request, response) => void response.writeHead(404).end();
});

after(async () => {
  await Promise.all(open.map((fetcher) => fetcher.close()));
  server.closeAllConnections();
  server.close();
});

function fetcher(options: Partial<FetcherOptions> = {}): Fetcher {
  const one = createFetcher({ userAgent: USER_AGENT, leastMs: LEAST_MS, allowPrivate: true, ...options });
  open.push(one);
  return one;
}

const refused = (code: string) => (error: unknown) => error instanceof FetchError && error.code === code;
const paths = () => asked.map(({ path }) => path);

it('it reads letters as an answer says that they are written', async () => {
  const one = fetcher();
  const said: [type: string, begin: string][] = [
    ['text/xml; charset="ISO-8859-1"', ''],
    ['text/xml', '<?xml version="1.0" encoding="iso-8859-1"?>'],
    ['text/html', '<meta charset=latin1>'],
  ];
  for (const [type, begin] of said) {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-type': type }).end(Buffer.from(`${begin}Café`, 'latin1'));
    const fetched = await one.fetch(url);
    assert.equal(fetched.is === 'new' && fetched.payload, `${begin}Café`, type);
  }
  answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=no-such-thing' }).end('Café');
  const fetched = await one.fetch(url);
  assert.equal(fetched.is === 'new' && fetched.payload, 'Café');
});

describe('it asks politely', () => {
  it('says who it is, after it has read robots.txt once', async () => {
    const one = fetcher();
    for (const path of ['/a', '/b']) await one.fetch(url + path);
    assert.deepEqual(paths(), ['/robots.txt', '/a', '/b']);
    for (const { headers } of asked) assert.equal(headers['user-agent'], USER_AGENT);
  });

  it('one request at a time to a host, never sooner than it may, however many are wanted at once', async () => {
    const one = fetcher();
    let running = 0;
    answer = async (_request, response) => {
      assert.equal(++running, 1);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      response.end('hello');
    };
    const startedAt = performance.now();
    await Promise.all(['/a', '/b', '/c'].map((path) => one.fetch(url + path)));
    assert.deepEqual(paths(), ['/robots.txt', '/a', '/b', '/c']);
    // Each was begun so much later than the one before; timers may fire a millisecond early.
    assert.ok(asked.at(-1)!.at - startedAt >= 3 * (LEAST_MS - 2));
  });

  it('not what robots.txt forbids it, by its own rules before those of all', async () => {
    robots = (_request, response) =>
      void response.end('User-agent: *\nAllow: /\n\nUser-agent: career-copilot\nDisallow: /private\n');
    const one = fetcher();
    await one.fetch(`${url}/public`);
    await assert.rejects(one.fetch(`${url}/private/1`), refused('REFUSED_BY_ROBOTS'));
    assert.deepEqual(paths(), ['/robots.txt', '/public']);
  });

  it('nothing where robots.txt cannot be known', async () => {
    robots = (_request, response) => void response.writeHead(500).end();
    await assert.rejects(fetcher().fetch(`${url}/a`), refused('REFUSED_BY_ROBOTS'));
    assert.deepEqual(paths(), ['/robots.txt']);
  });

  it('only for what is new: with the validators of the last answer, and 304 is no payload', async () => {
    const lastModified = 'Sun, 01 Nov 2026 10:00:00 GMT';
    answer = (request, response) => {
      if (request.headers['if-none-match'] === '"1"') return response.writeHead(304).end();
      response.writeHead(200, { etag: '"1"', 'last-modified': lastModified }).end('hello');
    };
    const one = fetcher();
    const first = await one.fetch(`${url}/a`);
    assert.deepEqual(first, { is: 'new', payload: 'hello', validators: { etag: '"1"', lastModified } });
    assert.deepEqual(await one.fetch(`${url}/a`, { validators: { etag: '"1"', lastModified } }), {
      is: 'unchanged',
    });
    assert.equal(asked.at(-1)!.headers['if-modified-since'], lastModified);
  });

  it('a host that asks to be left alone is not asked again before', async () => {
    answer = (_request, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    const one = fetcher();
    const soon = Date.now() + 3_000_000;
    await assert.rejects(one.fetch(`${url}/a`), (error: FetchError) => error.retryAt!.getTime() > soon);
    await assert.rejects(one.fetch(`${url}/b`), refused('ASKED_TO_WAIT'));
    assert.deepEqual(paths(), ['/robots.txt', '/a']);
  });
});

describe('what it takes in is bounded', () => {
  it('a body that is too large, compressed or not, is broken off', async () => {
    const one = fetcher({ maxBytes: 10_000 });
    answer = (_request, response) => response.end('x'.repeat(10_001));
    await assert.rejects(one.fetch(`${url}/a`), refused('TOO_LARGE'));
    const bomb = gzipSync('x'.repeat(5_000_000));
    assert.ok(bomb.length < 10_000);
    answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await assert.rejects(one.fetch(`${url}/b`), refused('TOO_LARGE'));
    answer = (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello'));
    assert.equal(((await one.fetch(`${url}/c`)) as { payload: string }).payload, 'hello');
  });

  it('an answer that never ends, or never begins, is given up', async () => {
    const one = fetcher({ timeoutMs: 1_500 });
    answer = () => {};
    await assert.rejects(one.fetch(`${url}/a`), refused('TIMEOUT'));
    answer = (_request, response) => response.write('x');
    await assert.rejects(one.fetch(`${url}/b`), refused('TIMEOUT'));
  });

  it('it follows a few redirections, and not in circles', async () => {
    answer = ({ url: path }, response) =>
      path === '/a' ? response.writeHead(302, { location: '/b' }).end() : response.end('hello');
    const one = fetcher();
    assert.equal(((await one.fetch(`${url}/a`)) as { payload: string }).payload, 'hello');
    answer = (_request, response) => response.writeHead(302, { location: '/a' }).end();
    await assert.rejects(one.fetch(`${url}/a`), refused('TOO_MANY_REDIRECTS'));
  });

  it('it is given up when its caller gives up, waiting for its turn too', async () => {
    const one = fetcher({ leastMs: 600_000 });
    const abort = new AbortController();
    robots = (_request, response) => {
      response.end('');
      abort.abort(new Error('the caller leaves'));
    };
    await assert.rejects(one.fetch(`${url}/a`, { signal: abort.signal }), /the caller leaves/);
  });
});

describe('it reads from the public internet only', () => {
  it('nothing on this machine, by address or by name', async () => {
    const { port } = new URL(url);
    const one = fetcher({ allowPrivate: false });
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0.0.0.0'])
      await assert.rejects(one.fetch(`http://${host}:${port}/a`), refused('NOT_PUBLIC'), host);
    assert.deepEqual(asked, []);
  });

  it('nothing that is no web address, by redirection neither', async () => {
    const one = fetcher();
    for (const address of ['file:///etc/passwd', 'ftp://a.example/', 'https://a:b@a.example/', 'a'])
      await assert.rejects(one.fetch(address), refused('BAD_ADDRESS'), address);
    answer = (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    await assert.rejects(one.fetch(`${url}/a`), refused('BAD_ADDRESS'));
  });
});

it('what is not there, fails, or cannot be reached is told apart', async () => {
  const one = fetcher();
  answer = ({ url: path }, response) =>
    response.writeHead(Number(path!.slice(1)), { 'content-type': 'application/json' }).end('{"ok":false}');
  await assert.rejects(one.fetch(`${url}/404`), refused('NOT_FOUND'));
  await assert.rejects(one.fetch(`${url}/410`), refused('NOT_FOUND'));
  await assert.rejects(one.fetch(`${url}/500`), refused('BAD_STATUS'));
  await assert.rejects(one.fetch('http://127.0.0.1:1/'), refused('UNREACHABLE'));
});

it('what a source sends comes through as its connector reads it', async () => {
  answer = (_request, response) =>
    response
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(gzipSync(JSON.stringify(PAYLOADS.greenhouse)));
  const fetched = await fetcher().fetch(`${url}/v1/boards/vaulttec/jobs`);
  assert.equal(fetched.is, 'new');
  const { postings } = connectors.greenhouse.parse((fetched as { payload: string }).payload, { url });
  assert.equal(postings[0]!.title, 'Vault Designer & Builder');
});
