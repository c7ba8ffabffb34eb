import assert from 'node:assert/strict';
import http from 'node:http';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';

/** A backend whose handler sees requests before their bodies have come. */
async function world(t: TestContext, handle: http.RequestListener) {
  const monolith = await startBackend(t, 'monolith');
  monolith.server.removeAllListeners('request').on('request', handle);
  const table = tableOf({ monolith: monolith.url }, 0, [], {
    limits: { bodyBytes: 64 * 1024 * 1024, headerBytes: 16_384 },
  });
  const { gateway } = await startTestGateway(t, table);
  return { gateway };
}

/** Sends 3 MB, whatever comes back, as a browser does. */
function upload(url: string, headers: http.OutgoingHttpHeaders = { 'content-length': 3_000_000 }) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const req = http.request(url, { method: 'POST', headers }, (res) => {
      let body = '';
      res.on('data', (chunk) => {
        body += chunk;
      });
      res.on('error', reject).on('end', () => resolve({ status: res.statusCode!, body }));
    });
    req.on('error', reject);
    const chunk = Buffer.alloc(50_000, 'x');
    let sent = 0;
    const more = () => {
      while (sent < 60) {
        sent++;
        if (!req.write(chunk)) {
          req.once('drain', more);
          return;
        }
      }
      req.end();
    };
    more();
  });
}

describe('an answer that comes before the end of its request', () => {
  for (const status of [200, 401, 403, 404, 413, 417]) {
    for (const connection of ['close', 'keep-alive']) {
      test(`reaches the client whole, and blames nobody (${status}, ${connection})`, async (t) => {
        const text = `answer ${status} `.repeat(2_000);
        const { gateway } = await world(t, (_req, res) => {
          res.writeHead(status, { connection, 'content-length': text.length });
          res.end(text);
        });
        for (let i = 0; i < 30; i++) {
          const headers = i % 2 ? { 'transfer-encoding': 'chunked' } : { 'content-length': 3_000_000 };
          assert.deepEqual(await upload(gateway.url, headers), { status, body: text });
        }
        const metrics = await gateway.metrics();
        assert.match(metrics, /breaker_open\{upstream="monolith"\} 0/);
        assert.doesNotMatch(metrics, /failures_total\{[^}]*side="monolith"/);
      });
    }
  }

  test('may be an echo of what is still being sent', async (t) => {
    const { gateway } = await world(t, (req, res) => {
      res.writeHead(200);
      req.pipe(res);
    });
    const { status, body } = await upload(gateway.url);
    assert.deepEqual([status, body.length], [200, 3_000_000]);
  });

  test('is the last one on its connection: nothing that is sent after that body runs', async (t) => {
    const targets: string[] = [];
    const { gateway } = await world(t, (req, res) => {
      targets.push(`${req.method} ${req.url}`);
      res.writeHead(413, { connection: 'close', 'content-length': 2 }).end('no');
    });
    const socket = connect(gateway.port, '127.0.0.1');
    t.after(() => socket.destroy());
    socket.write('POST /first HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n');
    let received = '';
    await new Promise<void>((resolve) => {
      let rest = false;
      socket.on('error', () => {}).on('close', () => resolve());
      socket.on('data', (chunk) => {
        received += chunk;
        if (rest || !received.endsWith('no')) return;
        rest = true;
        socket.write(`${'x'.repeat(100_000)}DELETE /second HTTP/1.1\r\nhost: a\r\n\r\n`);
      });
    });
    assert.match(received, /^HTTP\/1\.1 413 .*connection: close/is);
    assert.equal(received.match(/HTTP\/1\.1/g)!.length, 1);
    assert.deepEqual(targets, ['POST /first']);
  });

  test('of our own reaches the client too', async (t) => {
    const { gateway } = await world(t, (_req, res) => res.end());
    for (let i = 0; i < 20; i++) {
      const { status, body } = await upload(gateway.url, {
        'content-length': 3_000_000,
        'x-http-method-override': 'x',
        te: 'x',
      });
      assert.ok(status === 200 || body.length > 0);
    }
    const large = { 'content-length': 3_000_000, host: 'bad host' };
    for (let i = 0; i < 20; i++) assert.equal((await upload(gateway.url, large)).status, 400);
  });
});
