import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Connection, ResponseHandler } from './connection.ts';
import { Origin } from './origin.ts';

const LIMITS = { connections: 10, places: 10, waitMs: 10_000, uploadIdleMs: 10_000, downloadIdleMs: 10_000 };

let server: Server;
let origin: Origin;
let connections = 0;
let now = 0;

before(async () => {
  // It says `Keep-Alive: timeout=5`.
  server = createServer({ keepAliveTimeout: 5_000 }, (_request, response) => response.end('ok'));
  server.on('connection', () => connections++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  origin = new Origin(`http://127.0.0.1:${port}`, LIMITS, 10, () => now);
});

after(() => {
  origin.destroy();
  server.closeAllConnections();
  server.close();
});

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    const handler: ResponseHandler = {
      connection: null as Connection | null,
      onSent() {},
      onHead() {},
      onData() {},
      onEnd: resolve,
      onError: reject,
    };
    const headers = ['host', 'here', 'content-length', '2'];
    origin.send(
      {
        ...{ method: 'POST', path: '/', headers, body: Buffer.from('{}') },
        ...{ client: '', timeoutMs: 5_000, abandonedWriteMs: 0 },
      },
      handler,
    );
  });
}

test('a connection is not used again once its origin may close it, though no tick has noticed', async () => {
  await ask();
  now += 3_999;
  await ask();
  assert.equal(connections, 1);
  // The process has waited for a processor: seconds have passed, and not one tick.
  now += 4_000;
  await ask();
  assert.equal(connections, 2);
});
