import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { rawUpstream, sendRaw, startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';

/** One regression test per trick; each proves that nothing reached a backend. Hosts and paths are minimal. */

async function gatewayWith(t: TestContext) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf({ monolith: monolith.url, service: service.url }, 10_000, [
    { method: '*', path: '/api/v1/users/me' },
    { method: '*', path: '/api/v1/users/:id', key: { from: 'param', name: 'id' } },
  ]);
  const { gateway } = await startTestGateway(t, table);
  return { port: gateway.port, monolith, service };
}

async function refused(t: TestContext, request: string, code: string, status = 400): Promise<void> {
  const { port, monolith, service } = await gatewayWith(t);
  const answer = await sendRaw(port, request, (received) => received.endsWith('}'));
  assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), answer);
  assert.match(answer, /content-type: application\/problem\+json/i);
  assert.equal(JSON.parse(answer.slice(answer.indexOf('{'))).code, code);
  assert.deepEqual([...monolith.seen, ...service.seen], []);
}

async function passes(
  t: TestContext,
  target: string,
  side: 'monolith' | 'service',
  headers = '',
): Promise<void> {
  const backends = await gatewayWith(t);
  const request = `GET ${target} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
  const answer = await sendRaw(backends.port, request, (received) => received.endsWith('}'));
  assert.match(answer, /^HTTP\/1.1 200 /, answer);
  assert.equal(backends[side].seen[0]?.url, target, 'forwarded as it came');
}

const get = (target: string, headers = 'Host: a\r\n') => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;
const post = (headers: string, body = '') => `POST /x HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`;

describe('length of the body', () => {
  test('two Content-Length headers are refused', (t) =>
    refused(t, post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'), 'ambiguous-length'));

  test('two equal Content-Length headers are refused', (t) =>
    refused(t, post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'), 'ambiguous-length'));

  test('a list in Content-Length is refused', (t) =>
    refused(t, post('Content-Length: 5, 5\r\n', 'hello'), 'ambiguous-length'));

  test('a Content-Length that is not a number is refused', (t) =>
    refused(t, post('Content-Length: 5x\r\n', 'hello'), 'ambiguous-length'));

  test('a signed Content-Length is refused', (t) =>
    refused(t, post('Content-Length: +5\r\n', 'hello'), 'ambiguous-length'));

  test('Content-Length with Transfer-Encoding is refused', (t) =>
    refused(
      t,
      post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET /x HTTP/1.1\r\n\r\n'),
      'ambiguous-length',
    ));

  test('Transfer-Encoding other than chunked is refused', (t) =>
    refused(t, post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), 'ambiguous-length'));

  test('Transfer-Encoding with another coding before chunked is refused', (t) =>
    refused(t, post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 'ambiguous-length'));

  test('two Transfer-Encoding headers are refused', (t) =>
    refused(
      t,
      post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      'ambiguous-length',
    ));

  test('Transfer-Encoding hidden by a space before the colon is refused', (t) =>
    refused(t, post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'), 'bad-request'));

  test('a folded header is refused', (t) =>
    refused(t, post('X-A: b\r\n Transfer-Encoding: chunked\r\n', '0\r\n\r\n'), 'bad-request'));

  test('a bare line feed between headers is refused', (t) =>
    refused(t, 'POST /x HTTP/1.1\r\nHost: a\nContent-Length: 0\r\n\r\n', 'bad-request'));

  test('a chunk size with garbage is refused', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const answer = await sendRaw(port, post('Transfer-Encoding: chunked\r\n', '5;\nx\r\nhello\r\n0\r\n\r\n'));
    assert.match(answer, /^HTTP\/1.1 (400|502)/);
    assert.deepEqual(monolith.seen, [], 'no request was completed upstream');
  });
});

describe('host', () => {
  test('a request without Host is refused', (t) => refused(t, get('/x', ''), 'invalid-host'));
  test('two Host headers are refused', (t) =>
    refused(t, get('/x', 'Host: a\r\nHost: b\r\n'), 'invalid-host'));
  test('a Host that is no host is refused', (t) => refused(t, get('/x', 'Host: a/b@c\r\n'), 'invalid-host'));
  test('an empty Host is refused', (t) => refused(t, get('/x', 'Host: \r\n'), 'invalid-host'));
});

describe('target', () => {
  const ME = '/api/v1/users/me';
  const cases: [what: string, target: string, code: string][] = [
    ['an absolute form', `http://other${ME}`, 'absolute-target'],
    ['an asterisk', '*', 'absolute-target'],
    ['a path that begins with two slashes', `/${ME}`, 'ambiguous-target'],
    ['a dot segment', '/x/../api/v1/users/me', 'ambiguous-target'],
    ['a single dot segment', '/api/v1/./users/me', 'ambiguous-target'],
    ['an encoded dot segment', '/x/%2e%2e/api/v1/users/me', 'ambiguous-target'],
    ['a doubly encoded dot segment', '/x/%252e%252e/api/v1/users/me', 'ambiguous-target'],
    ['a dot segment with a parameter', '/x/..;a=b/api/v1/users/me', 'ambiguous-target'],
    ['an encoded slash that would dodge a route', '/api/v1%2Fusers/me', 'ambiguous-target'],
    ['a doubly encoded slash that would dodge a route', '/api/v1%252Fusers/me', 'ambiguous-target'],
    ['an encoded slash in a parameter', '/api/v1/users/7%2Fx', 'ambiguous-target'],
    ['a backslash', '/api/v1\\users/me', 'ambiguous-target'],
    ['an encoded backslash', '/api/v1%5Cusers/me', 'ambiguous-target'],
    ['a NUL', '/api/v1/users/me%00', 'ambiguous-target'],
    ['a doubly encoded NUL', '/api/v1/users/me%2500', 'ambiguous-target'],
    ['an encoded line feed', '/api/v1/users/me%0aX', 'ambiguous-target'],
    ['a path parameter that would dodge a route', '/api/v1;a=b/users/me', 'ambiguous-target'],
    ['a path parameter that would change a key', '/api/v1/users/7;a=b', 'ambiguous-target'],
    ['a malformed escape', '/api/v1/users/%zz', 'ambiguous-target'],
    ['a fragment', '/api/v1/users/me#x', 'ambiguous-target'],
  ];
  for (const [what, target, code] of cases) {
    test(`${what} is refused`, (t) => refused(t, get(target), code));
  }

  test('an overridden method that would dodge a route is refused', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const answer = await sendRaw(
      port,
      get('/api/v1/users/me', 'Host: a\r\nX-HTTP-Method-Override: PUT\r\n'),
      (r) => r.endsWith('}'),
    );
    assert.match(answer, /^HTTP\/1.1 200 /, 'the route takes every method, so nothing is dodged');
    assert.deepEqual(monolith.seen, []);
  });
});

describe('what is odd but means one thing passes', () => {
  test('another case of the same path is the same route', (t) => passes(t, '/API/v1/Users/me', 'service'));
  test('a trailing slash is the same route', (t) => passes(t, '/api/v1/users/me/', 'service'));
  test('a doubled slash is the same route', (t) => passes(t, '/api/v1//users/me', 'service'));
  test('an encoded letter is the same route', (t) => passes(t, '/api/v1/%75sers/me', 'service'));
  test('an encoded slash where no route is', (t) => passes(t, '/files/a%2Fb', 'monolith'));
  test('a parameter in a path where no route is', (t) => passes(t, '/files;v=1/a', 'monolith'));
  test('anything in the query', (t) => passes(t, '/api/v1/users/me?next=/../%2F;%00', 'service'));
  test('a very long parameter does not dodge its route', (t) =>
    passes(t, `/api/v1/users/${'9'.repeat(5_000)}`, 'service'));
});

test('headers over the limit are refused', (t) =>
  refused(t, get('/x', `Host: a\r\nX-Large: ${'x'.repeat(20_000)}\r\n`), 'headers-too-large', 431));

test('an upgrade to h2c is not passed on', async (t) => {
  const { port, monolith } = await gatewayWith(t);
  const upgrade =
    'Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
  const answer = await sendRaw(port, get('/x', upgrade), (received) => received.endsWith('}'));
  assert.match(answer, /^HTTP\/1.1 200 /);
  assert.equal(monolith.seen[0]?.headers.upgrade, undefined);
  assert.equal(monolith.seen[0]?.headers['http2-settings'], undefined);
});

test('two requests in one packet stay two requests', async (t) => {
  const { port, monolith, service } = await gatewayWith(t);
  const both = `${post('Content-Length: 5\r\n', 'hello')}${get('/api/v1/users/me')}`;
  await sendRaw(port, both, (received) => (received.match(/\{"from/g) ?? []).length === 2);
  assert.deepEqual([monolith.seen[0]?.body, monolith.seen.length, service.seen.length], ['hello', 1, 1]);
});

test('several spaces between the parts of a request line are one, and one is what goes on', async (t) => {
  const heads: string[] = [];
  const monolith = await rawUpstream(t, (socket, received) => {
    heads.push(received);
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  });
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  await sendRaw(gateway.port, 'GET   /x  HTTP/1.1\r\nHost: a\r\n\r\n', (received) => received.endsWith('}'));
  assert.match(heads[0]!, /^GET \/x HTTP\/1\.1\r\n/);
});

test('a HEAD that cannot be read ends its connection', async (t) => {
  const { port, monolith } = await gatewayWith(t);
  const answer = await sendRaw(port, `HEAD ups:80 HTTP/1.1\r\nHost: a\r\n\r\n${get('/x')}`);
  assert.match(answer, /^HTTP\/1.1 400 [\s\S]*\r\nconnection: close\r\n/);
  assert.deepEqual(monolith.seen, []);
});
