import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { sendRaw, startBackend, startTestGateway, tableOf, until } from './testing.ts';

const get = (url: string, options: http.RequestOptions = {}): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => http.get(url, options, resolve).on('error', reject));

async function textOf(res: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of res) text += chunk;
  return text;
}

describe('headers', () => {
  test('hop-by-hop headers are stripped both ways, also those that Connection names', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.answer = (_req, res) => {
      res.setHeader('Connection', 'x-private, keep-alive').setHeader('X-Private', '1');
      res.setHeader('Proxy-Authenticate', 'x').setHeader('X-Public', '1').end('ok');
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const res = await get(gateway.url, {
      headers: {
        connection: 'close, x-secret, authorization',
        'x-secret': '1',
        authorization: 'Bearer x',
        te: 'trailers',
        'keep-alive': 'timeout=5',
        'proxy-authorization': 'x',
        'x-public': '1',
        'x-banyan-shadow': '1',
      },
    });
    assert.equal(await textOf(res), 'ok');
    assert.equal(res.headers['x-public'], '1');
    for (const name of ['x-private', 'proxy-authenticate']) assert.equal(res.headers[name], undefined);
    const { headers } = monolith.seen[0]!;
    assert.equal(headers['x-public'], '1');
    for (const name of ['x-secret', 'authorization', 'te', 'proxy-authorization', 'x-banyan-shadow']) {
      assert.equal(headers[name], undefined, name);
    }
  });

  test('a client cannot claim to be somebody else: X-Forwarded-* and Forwarded are ours', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const spoofed = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
      'x-real-ip': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
    };
    await textOf(await get(gateway.url, { headers: { ...spoofed, host: 'shop.example' } }));
    const { headers } = monolith.seen[0]!;
    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(headers['x-forwarded-proto'], 'http');
    assert.equal(headers['x-forwarded-host'], 'shop.example');
    assert.equal(headers.host, 'shop.example');
    assert.equal(headers.forwarded, undefined);
    assert.equal(headers['x-real-ip'], undefined);
  });

  test('what our proxies in front said is passed on, what stands before it is not', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const table = tableOf({ monolith: monolith.url }, 0, [], { trustedHops: 1 });
    const { gateway } = await startTestGateway(t, table);
    const headers = {
      'x-forwarded-for': '6.6.6.6, 1.2.3.4',
      'x-forwarded-proto': 'http, https',
      'x-forwarded-host': 'shop.example',
      'x-real-ip': '6.6.6.6',
      'x-forwarded-port': '443',
    };
    await textOf(await get(gateway.url, { headers }));
    const seen = monolith.seen[0]!.headers;
    assert.equal(seen['x-forwarded-for'], '1.2.3.4, 127.0.0.1');
    assert.equal(seen['x-forwarded-proto'], 'https');
    assert.equal(seen['x-forwarded-host'], 'shop.example');
    assert.equal(seen['x-real-ip'], '1.2.3.4');
    assert.equal(seen['x-forwarded-port'], '443');
    assert.equal(seen.forwarded, undefined);
    await textOf(await get(gateway.url, { headers: { forwarded: 'for=6.6.6.6, for="[2001:db8::1]:80"' } }));
    assert.equal(monolith.seen[1]!.headers['x-forwarded-for'], '2001:db8::1, 127.0.0.1');
  });

  test('a trace is passed on as it came, none is made up, and the request id comes back', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
    const res = await get(gateway.url, {
      headers: { traceparent, 'x-request-id': 'abc-1', tracestate: 'a=b', connection: 'x-request-id' },
    });
    await textOf(res);
    assert.equal(res.headers['x-request-id'], 'abc-1');
    const first = monolith.seen[0]!.headers;
    assert.deepEqual([first.traceparent, first.tracestate], [traceparent, 'a=b']);
    assert.equal(first['x-request-id'], 'abc-1', 'ours to say, so no client can take it away');
    const bad = await get(gateway.url, {
      headers: { traceparent: 'nonsense', tracestate: 'a=b', 'x-request-id': 'a b\t' },
    });
    await textOf(bad);
    const second = monolith.seen[1]!.headers;
    assert.deepEqual([second.traceparent, second.tracestate], [undefined, undefined]);
    assert.match(bad.headers['x-request-id'] as string, /^[0-9a-f]{16}$/);
  });

  test('a client cannot say what services say to one another: deadlines and cohorts', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const entries = 'cohort=service, plan=gold;p=1,%63ohort=service, cohort ;x=1,cohort%20=a,%=1,cohorts=2';
    const headers = { 'x-request-deadline-ms': '0', 'X-Banyan-Cohort': 'service', baggage: entries };
    await textOf(await get(gateway.url, { headers }));
    const seen = monolith.seen[0]!.headers;
    assert.equal(seen['x-request-deadline-ms'], undefined);
    assert.equal(seen['x-banyan-cohort'], undefined);
    assert.equal(seen.baggage, 'plan=gold;p=1,cohorts=2');
  });

  test('the side of the cohort goes on as baggage, where there are cohorts', async (t) => {
    const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
    const routes = [
      { method: '*', path: '/split' },
      { method: '*', path: '/whole', mode: 'monolith' as const },
    ];
    const table = tableOf({ monolith: monolith.url, service: service.url }, 5_000, routes);
    const { gateway } = await startTestGateway(t, table);
    const told = new Set<unknown>();
    for (let id = 0; id < 20; id++) {
      const headers = { 'x-key': String(id), baggage: 'plan=gold,cohort=gold' };
      await textOf(await get(`${gateway.url}/split`, { headers }));
    }
    for (const { headers } of monolith.seen) told.add(headers.baggage);
    assert.deepEqual([...told], ['plan=gold,cohort=monolith']);
    assert.deepEqual(
      [...new Set(service.seen.map(({ headers }) => headers.baggage))],
      ['plan=gold,cohort=service'],
    );
    await textOf(await get(`${gateway.url}/whole`, { headers: { 'x-key': '1' } }));
    await textOf(await get(`${gateway.url}/split`));
    assert.deepEqual(
      monolith.seen.slice(-2).map(({ headers }) => headers.baggage),
      [undefined, undefined],
      'nobody, or no cohorts',
    );
  });

  test('several cookies are set as several headers', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.answer = (_req, res) => res.setHeader('set-cookie', ['a=1', 'b=2']).end();
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    assert.deepEqual((await get(gateway.url)).headers['set-cookie'], ['a=1', 'b=2']);
  });
});

describe('bodies', () => {
  test('a large body streams both ways unchanged', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.server.removeAllListeners('request');
    monolith.server.on('request', (req, res) => req.pipe(res)); // an echo
    const table = tableOf({ monolith: monolith.url }, 0, [], {
      limits: { bodyBytes: 1e9, headerBytes: 16384 },
    });
    const { gateway } = await startTestGateway(t, table);
    const block = Buffer.alloc(1024 * 1024, 'abcdefgh');
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    const req = http.request(gateway.url, { method: 'POST' });
    const done = once(req, 'response').then(async ([res]) => {
      for await (const chunk of res) received.update(chunk);
    });
    for (let i = 0; i < 24; i++) {
      sent.update(block);
      if (!req.write(block)) await once(req, 'drain');
    }
    req.end();
    await done;
    assert.equal(received.digest('hex'), sent.digest('hex'));
  });

  test('a client that does not read makes the upstream wait, not the gateway swell', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    let written = 0;
    monolith.answer = (_req, res) => {
      const block = Buffer.alloc(256 * 1024);
      const more = () => {
        while (written < 64 * 1024 * 1024) {
          written += block.length;
          if (!res.write(block)) return res.once('drain', more);
        }
        return res.end();
      };
      more();
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'readable');
    let last = -1;
    // It has come to a halt when nothing more is written for a while.
    await until(async () => {
      const before = last;
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return before === last;
    });
    assert.ok(written < 48 * 1024 * 1024, `the upstream has written ${written} bytes`);
    socket.destroy();
  });

  test('HEAD, 204 and 304 have no body, and the connection goes on', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.answer = (req, res) => {
      if (req.url === '/204') res.writeHead(204).end();
      else if (req.url === '/304') res.writeHead(304, { etag: '"a"' }).end();
      else res.writeHead(200, { 'content-length': 5 }).end('hello');
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const requests = [
      'HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /204 HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /304 HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /last HTTP/1.1\r\nHost: a\r\n\r\n',
    ];
    const answer = await sendRaw(gateway.port, requests.join(''), (received) => received.endsWith('hello'));
    assert.deepEqual(
      answer.match(/HTTP\/1.1 \d+/g),
      ['HTTP/1.1 200', 'HTTP/1.1 204', 'HTTP/1.1 304', 'HTTP/1.1 200'],
      answer,
    );
    assert.equal(answer.match(/hello/g)?.length, 1);
    assert.match(answer, /content-length: 5/i, 'HEAD tells the length');
  });

  test('trailers are dropped', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.answer = (_req, res) => {
      res.writeHead(200, { trailer: 'x-sum' });
      res.write('hello');
      res.addTrailers({ 'x-sum': '1' });
      res.end();
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const res = await get(gateway.url);
    assert.equal(await textOf(res), 'hello');
    assert.deepEqual([res.headers.trailer, res.trailers], [undefined, {}]);
  });

  test('100-continue: the client is asked for the body only when it may come', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const table = tableOf({ monolith: monolith.url }, 0, [], {
      limits: { bodyBytes: 10, headerBytes: 16384 },
    });
    const { gateway } = await startTestGateway(t, table);
    const head = (length: number) =>
      `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    const refused = await sendRaw(gateway.port, head(11), (received) => received.endsWith('}'));
    assert.match(refused, /^HTTP\/1.1 413 /);

    const socket = connect(gateway.port, '127.0.0.1');
    socket.write(head(5));
    const [first] = await once(socket, 'data');
    assert.match(String(first), /^HTTP\/1.1 100 Continue/);
    socket.write('hello');
    const [second] = await once(socket, 'data');
    assert.match(String(second), /^HTTP\/1.1 200 /);
    assert.equal(monolith.seen[0]?.body, 'hello');
    assert.equal(monolith.seen[0]?.headers.expect, undefined);
    socket.destroy();
  });

  test('an answer before the end of the request is passed on', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.server.removeAllListeners('request');
    monolith.server.on('request', (_req, res) =>
      res.writeHead(403, { connection: 'close', 'content-length': 2 }).end('no'),
    );
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n';
    const answer = await sendRaw(gateway.port, head + 'x'.repeat(1_000), (received) =>
      received.endsWith('no'),
    );
    assert.match(answer, /^HTTP\/1.1 403 /);
  });

  test('an answer that breaks off is not passed on as if it were whole', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.answer = (_req, res) => {
      res.writeHead(200, { 'content-length': 100 });
      res.write('half', () => res.destroy());
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    await assert.rejects(get(gateway.url).then(textOf));
  });

  test('nothing stays counted as in flight, whatever breaks off', async (t) => {
    const backend = await startBackend(t, 'monolith');
    const table = tableOf({ monolith: backend.url }, 0, [{ method: '*', path: '/me' }]);
    const { gateway, source } = await startTestGateway(t, table);
    backend.answer = (_req, res) => {
      res.writeHead(200, { 'content-length': 100 });
      res.write('half', () => res.destroy());
    };
    const put = 'PUT /me HTTP/1.1\r\nHost: a\r\nX-Key: 1\r\n';
    await sendRaw(gateway.port, `${put}Content-Length: 2\r\n\r\n{}`);
    // Bodies that never end: a small one, a large one, a chunked one.
    for (const framing of ['Content-Length: 20', 'Content-Length: 900000', 'Transfer-Encoding: chunked']) {
      const socket = connect(gateway.port, '127.0.0.1');
      socket.write(`${put}${framing}\r\n\r\n5\r\nhello\r\n`, () => socket.destroy());
      await once(socket, 'close');
    }
    source.openFence({ id: 'f', service: 'users', fromShare: 0, toShare: 10_000, limitMs: 60_000 });
    await until(() => source.acks('f') === 1);
    await source.abortFence('f');
    await gateway.stop(60_000);
  });
});

test('server-sent events arrive one by one while the answer stays open', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  let send = (_event: string) => {};
  let closed = false;
  monolith.answer = (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    send = (event) => res.write(`data: ${event}\n\n`);
    res.on('close', () => {
      closed = true;
    });
  };
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  const res = await get(gateway.url, { headers: { accept: 'text/event-stream' } });
  for (const event of ['one', 'two', 'three']) {
    send(event);
    const [chunk] = await once(res, 'data');
    assert.equal(String(chunk), `data: ${event}\n\n`);
  }
  res.destroy();
  await until(() => closed);
});

describe('WebSocket', () => {
  async function echoServer(t: Parameters<typeof startBackend>[0], name: string) {
    const backend = await startBackend(t, name);
    backend.server.on('upgrade', (req, socket, head) => {
      const accept = createHash('sha1')
        .update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on('error', () => {}).on('end', () => socket.end());
      const echo = (frame: Buffer) => {
        const mask = frame.subarray(2, 6);
        const text = frame.subarray(6).map((byte, i) => byte ^ mask[i % 4]!);
        const reply = Buffer.from(`${name}:${Buffer.from(text)}`);
        socket.write(Buffer.concat([Buffer.from([0x81, reply.length]), reply]));
      };
      if (head.length > 0) echo(head);
      socket.on('data', echo);
    });
    return backend;
  }

  function open(url: string): Promise<WebSocket> {
    const socket = new WebSocket(url.replace('http', 'ws'));
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(socket);
      socket.onerror = () => reject(new Error('not opened'));
    });
  }

  const say = (socket: WebSocket, text: string) =>
    new Promise<string>((resolve) => {
      socket.onmessage = ({ data }) => resolve(String(data));
      socket.send(text);
    });

  test('passes through in both directions and closes together', async (t) => {
    const monolith = await echoServer(t, 'monolith');
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const socket = await open(`${gateway.url}/chat`);
    assert.equal(await say(socket, 'hello'), 'monolith:hello');
    assert.equal(await say(socket, 'again'), 'monolith:again');
    const closed = new Promise((resolve) => {
      socket.onclose = resolve;
    });
    await gateway.stop(100);
    await closed;
  });

  test('an upgrade that is refused upstream is answered as an ordinary request', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.server.on('upgrade', (_req, socket) =>
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'),
    );
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const answer = await sendRaw(
      gateway.port,
      'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1.1 401 /);
    assert.match(answer, /no$/);
  });

  test('a long answer to an upgrade that is denied waits for a client that does not read', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const total = 64 * 1024 * 1024;
    let written = 0;
    monolith.answer = (_req, res) => {
      const block = Buffer.alloc(256 * 1024, 'a');
      res.writeHead(200, { 'content-length': total, connection: 'X-Private', 'x-private': '1' });
      const more = () => {
        while (written < total) {
          written += block.length;
          if (!res.write(block)) return res.once('drain', more);
        }
        return res.end();
      };
      more();
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write(
      'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    await once(socket, 'readable');
    let last = -1;
    await until(async () => {
      const before = last;
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return before === last;
    });
    assert.ok(written < 48 * 1024 * 1024, `the upstream has written ${written} bytes`);
    let head = '';
    let received = 0;
    for await (const chunk of socket) {
      if (head === '') head = chunk.toString('latin1').split('\r\n\r\n', 1)[0]!;
      received += chunk.length;
    }
    assert.match(head, /^HTTP\/1.1 200 /);
    assert.doesNotMatch(head, /x-private/i);
    assert.equal(received, head.length + 4 + total, 'whole, and the connection is closed behind it');
  });

  test('a fence closes the connections of keys that move, and new ones go to the new side', async (t) => {
    const [monolith, service] = [await echoServer(t, 'monolith'), await echoServer(t, 'service')];
    const routes = [{ method: 'GET', path: '/chat/:id', key: { from: 'param' as const, name: 'id' } }];
    const table = tableOf({ monolith: monolith.url, service: service.url }, 0, routes);
    const { gateway, source } = await startTestGateway(t, table);
    const socket = await open(`${gateway.url}/chat/7`);
    assert.equal(await say(socket, 'hi'), 'monolith:hi');
    const closed = new Promise((resolve) => {
      socket.onclose = resolve;
    });
    source.openFence({ id: 'f', service: 'users', fromShare: 0, toShare: 10_000, limitMs: 60_000 });
    await closed;
    await until(() => source.acks('f') === 1);
    const again = open(`${gateway.url}/chat/7`);
    const users = { ...table.services.users!, share: 10_000 };
    source.commitFence('f', { ...table, version: 2, services: { users } });
    const moved = await again;
    assert.equal(await say(moved, 'hi'), 'service:hi');
    await gateway.stop(100);
  });
});

test('connections to the upstream and from the client are reused', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  const connections = new Set<unknown>();
  monolith.server.on('connection', (socket) => connections.add(socket));
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < 20; i++) await textOf(await get(gateway.url, { agent }));
  agent.destroy();
  assert.equal(connections.size, 1);
});

test('a draining gateway finishes what is in flight and takes nothing new', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  let finish = () => {};
  monolith.answer = (_req, res) => {
    finish = () => res.end('done');
  };
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  const inFlight = get(gateway.url);
  await until(() => monolith.seen.length === 1);
  const stopped = gateway.stop(60_000);
  await assert.rejects(get(gateway.url, { agent: new http.Agent() }));
  finish();
  const res = await inFlight;
  assert.equal(await textOf(res), 'done');
  assert.equal(res.headers.connection, 'close');
  await stopped;
});
