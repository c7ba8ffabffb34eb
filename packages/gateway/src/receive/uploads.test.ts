import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import type { Route, RouteTable } from '../control/route-table.ts';
import { sendJson, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { BodiesFull, Uploads } from './uploads.ts';

async function world(t: TestContext, more: Partial<RouteTable> = {}, route: Partial<Route> = {}) {
  const monolith = await startBackend(t, 'monolith');
  const table = tableOf(
    { monolith: monolith.url },
    0,
    [{ method: '*', path: '/in', limits: { timeoutMs: 300 }, ...route }],
    { clients: { uploadIdleMs: 600 }, ...more },
  );
  const { gateway } = await startTestGateway(t, table);
  const breakerIsClosed = async () =>
    assert.match(await gateway.metrics(), /breaker_open\{upstream="monolith"\} 0/);
  return { monolith, gateway, breakerIsClosed };
}

/** A client that writes bytes; `answer` resolves to all that it got when its connection is closed. */
async function client(t: TestContext, port: number): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  let received = '';
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
  const answer = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  await once(socket, 'connect');
  return { socket, answer };
}

const POST = 'POST /in HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';

describe('a sender that stalls', () => {
  for (const [what, start] of [
    ['a large body', 'content-length: 100000\r\n\r\nabc'],
    ['a small body', 'content-length: 100\r\n\r\nabc'],
    ['a chunked body', 'transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ['a body that never begins', 'content-length: 100000\r\n\r\n'],
    ['a body after 100-continue', 'content-length: 100000\r\nexpect: 100-continue\r\n\r\n'],
  ] as const) {
    test(`of ${what} gets 408, and the upstream is not blamed`, async (t) => {
      const { gateway, breakerIsClosed } = await world(t);
      const answers = [];
      for (let i = 0; i < 20; i++) {
        const { socket, answer } = await client(t, gateway.port);
        socket.write(POST + start);
        answers.push(answer);
      }
      for (const answer of await Promise.all(answers)) assert.match(answer, /HTTP\/1\.1 408 .*body-timeout/s);
      await breakerIsClosed();
      assert.equal((await fetch(gateway.url)).status, 200);
    });
  }

  test('of a body that is malformed, in a request for an upgrade that is not made, gets 408 and nothing more', async (t) => {
    const { gateway, monolith, breakerIsClosed } = await world(t);
    const next = 'PUT /next HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n';
    const answers = [];
    for (const bad of [
      'zz\r\n',
      '3\r\nabcdef\r\n',
      '3\r\nabc\r\n0\r\nno colon\r\n\r\n',
      '-1\r\n',
      '3\nabc\r\n',
    ])
      for (const protocol of ['websocket', 'h2c'])
        for (const apart of [true, false]) {
          const { socket, answer } = await client(t, gateway.port);
          const head = `${POST}connection: upgrade\r\nupgrade: ${protocol}\r\ntransfer-encoding: chunked\r\n\r\n`;
          if (apart) {
            for (const piece of [head, bad, next]) {
              socket.write(piece);
              await new Promise(setImmediate);
            }
          } else socket.write(head + bad + next);
          answers.push(answer);
        }
    for (const answer of await Promise.all(answers)) {
      assert.match(answer, /^HTTP\/1\.1 408 .*body-timeout/s);
      assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
    }
    await breakerIsClosed();
    assert.deepEqual(
      monolith.seen.filter(({ url }) => url !== '/in').map(({ url }) => url),
      [],
    );
    assert.equal((await fetch(gateway.url)).status, 200);
  });

  test('of a body that is checked gets 408', async (t) => {
    const { gateway } = await world(t, {}, { bodySchema: { type: 'object' } });
    const { socket, answer } = await client(t, gateway.port);
    socket.write(`${POST}content-length: 100000\r\n\r\n{`);
    assert.match(await answer, /HTTP\/1\.1 408 /);
  });

  test('and goes away is nobody else’s failure, in whatever state its request is', async (t) => {
    const { gateway, breakerIsClosed } = await world(t);
    for (const start of ['content-length: 100000\r\n\r\nabc', 'transfer-encoding: chunked\r\n\r\n']) {
      for (let i = 0; i < 20; i++) {
        const { socket, answer } = await client(t, gateway.port);
        socket.write(POST + start);
        if (i % 2 === 0) await new Promise(setImmediate);
        socket.resetAndDestroy();
        await answer;
      }
    }
    await breakerIsClosed();
    assert.equal((await fetch(gateway.url)).status, 200);
  });
});

describe('an upload that makes progress', () => {
  test('succeeds however long it takes, beyond every time limit', async (t) => {
    const { gateway, monolith } = await world(t);
    const { socket, answer } = await client(t, gateway.port);
    socket.write(`${POST}connection: close\r\ntransfer-encoding: chunked\r\n\r\n`);
    for (let i = 0; i < 15; i++) {
      socket.write('3\r\nabc\r\n');
      await new Promise((resolve) => setTimeout(resolve, 100)); // five times the upstream's limit in all
    }
    socket.write('0\r\n\r\n');
    assert.match(await answer, /HTTP\/1\.1 200 /);
    assert.equal(monolith.seen[0]!.body, 'abc'.repeat(15));
  });

  test('and whose upstream then does not answer is told so by the upstream’s limit', async (t) => {
    const { gateway, monolith } = await world(t);
    monolith.answer = () => {};
    const { socket, answer } = await client(t, gateway.port);
    socket.write(`${POST}connection: close\r\ncontent-length: 70000\r\n\r\n${'x'.repeat(70_000)}`);
    assert.match(await answer, /HTTP\/1\.1 503 .*outcome-unknown/s);
  });

  test('of which the upstream takes nothing is the upstream’s failure', async (t) => {
    const limits = { bodyBytes: 64 * 1024 * 1024, headerBytes: 16_384 };
    const { gateway, monolith } = await world(t, { limits });
    monolith.server.removeAllListeners('request').on('request', () => {}); // reads nothing
    const { socket, answer } = await client(t, gateway.port);
    // More than all buffers in between take.
    socket.write(`${POST}content-length: ${limits.bodyBytes}\r\n\r\n`);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 64; i++) socket.write(chunk);
    assert.match(await answer, /HTTP\/1\.1 503 .*outcome-unknown/s);
    assert.match(await gateway.metrics(), /failures_total\{.*side="monolith".*\} 1/);
  });
});

test('a client that goes away while its upload waits for a connection ends nothing', async (t) => {
  const { gateway, monolith } = await world(t, { clients: { places: 1, uploadIdleMs: 600 } });
  const held: (() => void)[] = [];
  monolith.answer = (_req, res) => held.push(() => sendJson(res, 200, {}));
  const first = fetch(gateway.url);
  await until(() => held.length === 1);
  const { socket, answer } = await client(t, gateway.port);
  socket.write(`${POST}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`);
  await until(async () => {
    socket.resetAndDestroy();
    await answer;
    return /client_gone_total [1-9]/.test(await gateway.metrics());
  });
  held[0]!();
  assert.equal((await first).status, 200);
  const next = fetch(gateway.url);
  await until(() => held.length === 2);
  held[1]!();
  assert.equal((await next).status, 200);
  assert.ok(!monolith.seen.some(({ method }) => method === 'POST'));
});

describe('bodies that are kept whole', () => {
  const limits = { bytes: 10, idleMs: 60_000 };

  function read(uploads: Uploads, text: string) {
    const res = new EventEmitter() as ServerResponse;
    const req = Readable.from([Buffer.from(text)]) as IncomingMessage;
    const outcome = new Promise((resolve) => {
      uploads.read(req, res, limits, (error, body) => resolve(error ?? String(body)));
    });
    return { outcome, answered: () => res.emit('close') };
  }

  test('take bounded room together, until their requests are answered', async () => {
    const uploads = new Uploads(20);
    const [one, two] = [read(uploads, '1234567890'), read(uploads, '12345678')];
    assert.deepEqual(await Promise.all([one.outcome, two.outcome]), ['1234567890', '12345678']);
    const refused = read(uploads, 'abc');
    assert.ok((await refused.outcome) instanceof BodiesFull);
    refused.answered();
    two.answered();
    assert.equal(await read(uploads, 'abcdefgh').outcome, 'abcdefgh');
  });
});
