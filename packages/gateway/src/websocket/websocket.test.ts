import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import {
  pour,
  sendRaw,
  startBackend,
  startTestGateway,
  tableOf,
  until,
  untilStill,
} from '../testing/gateway.ts';

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
      res.writeHead(200, { 'content-length': total, connection: 'X-Private', 'x-private': '1' });
      pour(res, total, (bytes) => {
        written = bytes;
      });
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write(
      'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    await once(socket, 'readable');
    await untilStill(() => written);
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

  test('an upgrade beyond the limit is told so, and when to come again', async (t) => {
    const monolith = await echoServer(t, 'monolith');
    const rateLimit = { perMinute: 1, perHour: 100 };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, [], { rateLimit }));
    await open(`${gateway.url}/chat`);
    const asked = 'GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const refused = await sendRaw(Number(new URL(gateway.url).port), asked);
    assert.match(refused, /^HTTP\/1.1 429 /);
    assert.match(refused, /\r\nretry-after: [1-9]\d*\r\n/);
    assert.match(refused, /\r\nratelimit: "minute";r=0;t=[1-9]\d*\r\n/);
    await gateway.stop(100);
  });
});
