import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import {
  get,
  pour,
  sendRaw,
  startBackend,
  startTestGateway,
  tableOf,
  textOf,
  until,
  untilStill,
} from '../testing/gateway.ts';

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
    monolith.answer = (_req, res) =>
      pour(res, 64 * 1024 * 1024, (bytes) => {
        written = bytes;
      });
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'readable');
    await untilStill(() => written);
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
