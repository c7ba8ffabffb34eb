import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { rawUpstream, sendRaw, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';

const UPGRADE =
  'GET /chat HTTP/1.1\r\nHost: a\r\nX-Key: 7\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n';

function opened(t: TestContext, port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {}).write(UPGRADE);
  return socket;
}

test('an upgrade that was on its way while a fence over its key opened is closed when it comes about', async (t) => {
  const asked: Socket[] = [];
  const monolith = await rawUpstream(t, (socket) => asked.push(socket));
  const table = tableOf({ monolith: monolith.url }, 0, [{ method: 'GET', path: '/chat' }]);
  const { gateway, source } = await startTestGateway(t, table);
  const socket = opened(t, gateway.port);
  await until(() => asked.length === 1);
  source.openFence({ id: 'f', service: 'users', fromShare: 0, toShare: 10_000, limitMs: 60_000 });
  await source.load();
  asked[0]!.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  await Promise.all([once(socket.resume(), 'close'), once(asked[0]!, 'close')]);
  await until(() => source.acks('f') === 1);
});

test('a client that takes nothing of the answer to a denied upgrade is cut off when its time is over', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  const body = Buffer.alloc(32 * 1024 * 1024, 'a');
  let cut = false;
  monolith.answer = (_req, res) => {
    res.on('close', () => {
      cut = !res.writableFinished;
    });
    res.writeHead(200, { 'content-length': body.length }).end(body);
  };
  const table = tableOf({ monolith: monolith.url }, 0, [], { clients: { downloadIdleMs: 200 } });
  const { gateway } = await startTestGateway(t, table);
  opened(t, gateway.port).pause();
  await until(() => cut);
  assert.equal(monolith.seen.length, 1);
});

test('an upstream that changes to another protocol than was asked for is 502, and nothing is tunnelled', async (t) => {
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n';
  let answer = '';
  let heard = '';
  const monolith = await rawUpstream(t, (socket, received) => {
    heard = received;
    if (received.endsWith('\r\n\r\n')) socket.write(answer, 'latin1');
  });
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  for (const upgrade of [
    'Upgrade: h2c\r\n',
    'Upgrade: websocket, h2c\r\n',
    'Upgrade: h2c\r\nUpgrade: websocket\r\n',
    'Upgrade: websocket\r\nUpgrade: h2c\r\n',
    'Upgrade: websocket\r\nTransfer-Encoding: chunked\r\n',
    'Upgrade: \r\n',
    '',
  ]) {
    answer = `${SWITCH}${upgrade}\r\n`;
    assert.match(await sendRaw(gateway.port, UPGRADE), /^HTTP\/1.1 502 /, upgrade);
  }
  answer = `${SWITCH}upgrade: WebSocket\r\nContent-Length: 5\r\nX-Name: \xe4\r\n\r\nfirst`;
  const switched = await sendRaw(gateway.port, UPGRADE, (received) => received.endsWith('first'));
  assert.equal(
    switched,
    `${SWITCH}upgrade: WebSocket\r\nX-Name: \xe4\r\n\r\nfirst`,
    'byte for byte, but for the length',
  );
  assert.equal(heard.match(/GET /g)?.length, 1);
  await until(async () => /upgrades_total 1/.test(await gateway.metrics()));
});
