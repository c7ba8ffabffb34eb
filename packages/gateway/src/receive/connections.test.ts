import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { RouteTable } from '../control/route-table.ts';
import type { GatewayOptions } from '../gateway.ts';
import { rawUpstream, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';

async function world(
  t: TestContext,
  more: Partial<RouteTable> = {},
  options: Omit<Partial<GatewayOptions>, 'source'> = {},
) {
  const monolith = await startBackend(t, 'monolith');
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, [], more), options);
  const sockets = new Set<Socket>();
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  /** A connection on which nothing is said. Those that are still open are in `sockets`. */
  const open = (localAddress = '127.0.0.1') => {
    const socket = connect({ port: gateway.port, host: '127.0.0.1', localAddress });
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    return socket;
  };
  const get = (localAddress: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const req = http.get(gateway.url, { localAddress, agent: false }, (res) => {
        res.resume().on('end', () => resolve(res.statusCode));
      });
      req.on('error', reject);
    });
  const metric = async (name: string) =>
    Number(new RegExp(`^banyan_gateway_${name} (\\d+)`, 'm').exec(await gateway.metrics())![1]);
  return { gateway, monolith, sockets, open, get, metric };
}

/** All that comes until the other end closes. */
async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}

describe('open connections', () => {
  test('of one client, 5,000 idle ones, keep nobody else out', async (t) => {
    const { sockets, open, get, metric } = await world(t);
    for (let i = 0; i < 5_000; i++) await new Promise((resolve) => open().resume().on('connect', resolve));
    await until(() => sockets.size <= 1_024);
    assert.equal(await metric('connections'), 1_024);
    for (const other of ['127.0.0.2', '127.0.0.3']) assert.equal(await get(other), 200);
  });

  test('beyond the limit of a client are told 503 and closed; one that it closes makes room', async (t) => {
    const { open, get, metric } = await world(t, { clients: { connections: 2 } });
    const first = open();
    open();
    await until(async () => (await metric('connections')) === 2);
    const answer = await heard(open());
    assert.match(answer, /^HTTP\/1\.1 503 .*\r\nconnection: close\r\n\r\n.*"code":"too-many-connections"/s);
    first.destroy();
    await until(async () => (await metric('connections')) === 1);
    assert.equal(await get('127.0.0.1'), 200);
  });

  test('beyond the limit have no request run, however early it is sent', async (t) => {
    const { monolith, open, metric } = await world(t, { clients: { connections: 1 } });
    open();
    await until(async () => (await metric('connections')) === 1);
    const closed = [1, 2, 3].map(() => {
      const socket = open();
      socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
      return new Promise((resolve) => socket.resume().on('close', resolve));
    });
    await Promise.all(closed);
    assert.equal(monolith.seen.length, 0);
  });

  test('of all clients together are limited too', async (t) => {
    const { open, metric } = await world(t, {}, { maxConnections: 3 });
    for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) open(address);
    await until(async () => (await metric('connections')) === 3);
    assert.match(await heard(open('127.0.0.4')), /^HTTP\/1\.1 503 /);
  });

  for (const trustedHops of [undefined, 1]) {
    test(`are not counted by client when the peer may be a proxy (trustedHops ${trustedHops})`, async (t) => {
      const { open, metric } = await world(t, { trustedHops, clients: { connections: 1 } });
      for (let i = 0; i < 5; i++) open();
      await until(async () => (await metric('connections')) === 5);
    });
  }

  test('that have become WebSockets count on', async (t) => {
    const upstream = await rawUpstream(t, (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
    );
    const table = tableOf({ monolith: upstream.url }, 0, [], { clients: { connections: 1 } });
    const { gateway } = await startTestGateway(t, table);
    const upgraded = connect(gateway.port, '127.0.0.1');
    t.after(() => upgraded.destroy());
    upgraded.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    assert.match(String((await once(upgraded, 'data'))[0]), /^HTTP\/1\.1 101 /);
    assert.match(await heard(connect(gateway.port, '127.0.0.1')), /^HTTP\/1\.1 503 /);
  });
});

describe('the head of a request', () => {
  for (const [how, pause] of [
    ['byte by byte', 50],
    ['not at all', null],
  ] as const) {
    test(`that comes ${how} is waited for so long, then 408`, async (t) => {
      const { open } = await world(t, {}, { headMs: 500 });
      const socket = open();
      const answer = heard(socket);
      let at = 0;
      const head = `GET / HTTP/1.1\r\nhost: a\r\nx-slow: ${'x'.repeat(10_000)}`;
      const trickle = pause === null ? undefined : setInterval(() => socket.write(head[at++]!), pause);
      t.after(() => clearInterval(trickle));
      assert.match(await answer, /^HTTP\/1\.1 408 /);
      if (pause !== null) assert.ok(at < head.length);
    });
  }
});
