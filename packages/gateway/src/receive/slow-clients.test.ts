import assert from 'node:assert/strict';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { ClientLimits } from '../limit/client-limits.ts';
import {
  type Backend,
  sendJson,
  startBackend,
  startTestGateway,
  tableOf,
  until,
} from '../testing/gateway.ts';

/** More than the buffers of the connections in between take. */
const LARGE = Buffer.alloc(16 * 1024 * 1024, 'x');

async function world(t: TestContext, clients: ClientLimits = {}) {
  const monolith = await startBackend(t, 'monolith');
  monolith.answer = (req, res) => {
    if (req.url === '/large') res.writeHead(200, { 'content-length': LARGE.length }).end(LARGE);
    else sendJson(res, 200, { from: 'monolith' });
  };
  const table = tableOf({ monolith: monolith.url }, 0, [], { clients });
  const { gateway } = await startTestGateway(t, table);
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  /** Opens a connection that sends these bytes, and reads nothing. */
  const open = (bytes: string) => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.on('error', () => {}).pause();
    socket.write(bytes);
    sockets.push(socket);
    return socket;
  };
  const answered = async (localAddress = '127.0.0.1') => {
    const status = await new Promise((resolve, reject) => {
      const req = http.get(`${gateway.url}/small`, { localAddress, agent: false }, (res) => {
        res.resume().on('end', () => resolve(res.statusCode));
      });
      req.on('error', reject);
    });
    assert.equal(status, 200);
  };
  return { monolith, gateway, open, answered };
}

const GET_LARGE = 'GET /large HTTP/1.1\r\nhost: a\r\n\r\n';

describe('clients that take all places', () => {
  test('by not reading large answers do not keep others from theirs', async (t) => {
    const { monolith, open, answered } = await world(t, { places: 32 });
    for (let i = 0; i < 64; i++) open(GET_LARGE);
    await until(() => monolith.seen.length >= 32);
    await answered('127.0.0.2');
    await answered(); // not even those who share their address
  });

  test('by sending chunked bodies byte for byte do not keep others from theirs', async (t) => {
    const { open, answered } = await world(t, { places: 32 });
    const sockets: Socket[] = [];
    for (let i = 0; i < 64; i++)
      sockets.push(open('POST /in HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n'));
    const trickle = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('1\r\nx\r\n');
    }, 300);
    t.after(() => clearInterval(trickle));
    await answered('127.0.0.2');
    await answered();
  });

  test('by thousands of pipelined requests do not keep others from theirs', async (t) => {
    const { monolith, open, answered } = await world(t);
    const held: (() => void)[] = [];
    const { answer } = monolith;
    monolith.answer = (req, res, body) => {
      if (req.url === '/held') held.push(() => sendJson(res, 200, {}));
      else answer(req, res, body);
    };
    open('GET /held HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(3_000));
    await until(() => held.length > 0);
    await answered('127.0.0.2');
    for (const release of held) release();
  });
});

describe('a client that does not read', () => {
  test('is cut off after a time without progress', async (t) => {
    const { monolith, gateway, open } = await world(t, { downloadIdleMs: 500 });
    const socket = open(GET_LARGE);
    await until(() => monolith.seen.length === 1);
    await until(async () => /slow_clients_total 1/.test(await gateway.metrics()));
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
  });

  test('is not cut off while it reads, however slowly', async (t) => {
    const { open } = await world(t, { downloadIdleMs: 1_000 });
    const socket = open(GET_LARGE);
    let received = 0;
    const read = setInterval(() => {
      const chunk = socket.read() as Buffer | null;
      received += chunk?.length ?? 0;
    }, 20);
    t.after(() => clearInterval(read));
    await until(() => received >= LARGE.length);
  });

  test('is no failure of the upstream', async (t) => {
    const { gateway, open } = await world(t, { downloadIdleMs: 200 });
    for (let i = 0; i < 20; i++) open(GET_LARGE);
    await until(async () => /slow_clients_total 20/.test(await gateway.metrics()));
    const metrics = await gateway.metrics();
    assert.match(metrics, /breaker_open\{upstream="monolith"\} 0/);
    assert.doesNotMatch(metrics, /failures_total\{[^}]*side="monolith"/);
  });
});

describe('places', () => {
  /** A backend that answers nothing until it is told to. */
  async function heldWorld(t: TestContext, clients: ClientLimits, share = 0) {
    const service = await startBackend(t, 'service');
    const held: (() => void)[] = [];
    service.answer = (req, res) => {
      if (req.url === '/health') sendJson(res, 200, {});
      else held.push(() => sendJson(res, 200, { from: 'service' }));
    };
    const table = tableOf({ monolith: service.url }, share, [], { clients });
    table.monolith.health = { path: '/health', intervalMs: 50, unhealthyAfter: 2, healthyAfter: 2 };
    const { gateway } = await startTestGateway(t, table);
    return { service, gateway, held };
  }
  const requests = (backend: Backend) => backend.seen.filter(({ url }) => url !== '/health').length;

  test('who finds none in time gets 503 with Retry-After, and the upstream is not blamed', async (t) => {
    const { gateway, held } = await heldWorld(t, { places: 1, waitMs: 200 });
    const first = fetch(gateway.url);
    await until(() => held.length === 1);
    for (const method of ['GET', 'POST']) {
      const refused = await fetch(gateway.url, { method });
      const { code } = (await refused.json()) as { code: string };
      assert.deepEqual(
        [refused.status, code, refused.headers.get('retry-after')],
        [503, 'upstream-busy', '1'],
      );
    }
    held[0]!();
    assert.equal((await first).status, 200);
    assert.match(await gateway.metrics(), /breaker_open\{upstream="monolith"\} 0/);
    assert.equal(held.length, 1);
  });

  test('checks of health do not wait for one', async (t) => {
    const { gateway, held, service } = await heldWorld(t, { places: 1, waitMs: 60_000 });
    const all = [fetch(gateway.url), fetch(gateway.url)];
    await until(() => held.length === 1);
    const checks = () => service.seen.length - requests(service);
    const before = checks();
    await until(() => checks() > before + 5);
    held[0]!();
    await until(() => held.length === 2);
    held[1]!();
    await Promise.all(all);
  });

  test('are not taken for a request whose client no longer waits', async (t) => {
    const { gateway, held, service } = await heldWorld(t, { places: 1 });
    const first = fetch(gateway.url);
    await until(() => held.length === 1);
    for (const method of ['GET', 'POST']) {
      const gone = new AbortController();
      const waiting = fetch(gateway.url, { method, signal: gone.signal }).catch(() => {});
      const before = Number(/client_gone_total (\d+)/.exec(await gateway.metrics())![1]);
      setTimeout(() => gone.abort(), 50);
      await waiting;
      await until(async () => Number(/client_gone_total (\d+)/.exec(await gateway.metrics())![1]) > before);
    }
    held[0]!();
    await first;
    const last = fetch(gateway.url);
    await until(() => held.length === 2);
    held[1]!();
    assert.equal((await last).status, 200);
    assert.equal(requests(service), 2);
  });
});
