import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import {
  type Backend,
  sendJson,
  sendRaw,
  startBackend,
  startTestGateway,
  tableOf,
  until,
} from '../testing/gateway.ts';

async function gatewayWith(t: TestContext): Promise<{ port: number; monolith: Backend }> {
  const monolith = await startBackend(t, 'monolith');
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  return { port: gateway.port, monolith };
}

const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
const put = (path: string, body = 'hello', headers = '') =>
  `PUT ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
const statuses = (answers: string) =>
  [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n';

/** A backend that answers only when it is told to; `answer` answers the oldest request that waits. */
function slow(monolith: Backend): { waiting: () => number; answer: () => void } {
  const waiting: { url: string; res: ServerResponse }[] = [];
  monolith.answer = ({ url = '' }, res) => waiting.push({ url, res });
  return {
    waiting: () => waiting.length,
    answer() {
      const { url, res } = waiting.shift()!;
      sendJson(res, 200, { url });
    },
  };
}

describe('pipelined requests', () => {
  test('are answered in order, and a write runs when what came before it has been answered', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const { answer } = slow(monolith);
    const paths = ['/1', '/2', '/3'];
    const answers = sendRaw(port, put('/1') + get('/2') + put('/3'), (text) => statuses(text).length === 3);
    for (let done = 0; done < 3; done++) {
      await until(() => monolith.seen.length > done);
      assert.equal(monolith.seen.length, done + 1, 'none runs before the one before it has been answered');
      answer();
    }
    assert.deepEqual(
      monolith.seen.map(({ url }) => url),
      paths,
    );
    assert.deepEqual(
      [...(await answers).matchAll(/"url":"(\/\d)"/g)].map(([, url]) => url),
      paths,
    );
  });

  test('by the thousand on one connection are answered in order, and others do not wait for them', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const { answer, waiting } = slow(monolith);
    const count = 3_000;
    const socket = connect(port, '127.0.0.1');
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.write(Array.from({ length: count }, (_, i) => get(`/${i}`)).join(''));
    await until(() => waiting() === 1);
    const other = sendRaw(port, get('/other'), (text) => text.endsWith('}'));
    await until(() => waiting() === 2);
    assert.equal(monolith.seen.length, 2, 'one of the connection at a time');
    answer();
    answer();
    assert.deepEqual(statuses(await other), [200]);
    monolith.answer = ({ url }, res) => sendJson(res, 200, { url });
    if (waiting() > 0) answer();
    await until(() => statuses(received).length === count);
    const order = [...received.matchAll(/"url":"\/(\d+)"/g)].map(([, number]) => Number(number));
    assert.deepEqual(
      order,
      Array.from({ length: count }, (_, i) => i),
    );
  });

  test('behind one whose answer says close do not run', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const answers = await sendRaw(port, get('/1', 'Connection: close\r\n') + put('/2') + get('/3'));
    assert.deepEqual(statuses(answers), [200]);
    const old = await sendRaw(port, `GET /1 HTTP/1.0\r\nHost: a\r\n\r\n${put('/2')}`);
    assert.deepEqual(statuses(old), [200]);
    assert.deepEqual(
      monolith.seen.map(({ url }) => url),
      ['/1', '/1'],
    );
  });

  test('behind one of HTTP/1.0 that says close do not run, whatever else its Connection says', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    for (const says of ['close, keep-alive', 'keep-alive, Close', 'keep-alive\r\nConnection: close']) {
      const first = `GET /1 HTTP/1.0\r\nHost: a\r\nConnection: ${says}\r\n\r\n`;
      const answers = await sendRaw(port, first + put('/2'));
      assert.deepEqual(statuses(answers), [200], says);
      assert.match(answers, /^connection: close\r$/im, says);
    }
    assert.deepEqual(
      monolith.seen.map(({ url }) => url),
      ['/1', '/1', '/1'],
    );
  });

  test('an upgrade behind a slow request is answered in its turn', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const { answer } = slow(monolith);
    const upgrades: unknown[] = [];
    monolith.server.on('upgrade', (req, socket) => {
      upgrades.push(req.url);
      socket.destroy();
    });
    const answers = sendRaw(
      port,
      get('/slow') + get('/chat', upgrade),
      (text) => statuses(text).length === 2,
    );
    for (let done = 0; done < 2; done++) {
      await until(() => monolith.seen.length > done);
      answer();
    }
    assert.deepEqual(
      [...(await answers).matchAll(/"url":"(.*?)"/g)].map(([, url]) => url),
      ['/slow', '/chat'],
    );
    assert.deepEqual(upgrades, [], 'as a request like others');
  });

  test('an upgrade behind the last answer of its connection is not made', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const upgrades: unknown[] = [];
    monolith.server.on('upgrade', (req, socket) => {
      upgrades.push(req.url);
      socket.destroy();
    });
    // So many that the parser hands them over in parts, between which the first answer is finished.
    const many = Array.from({ length: 300 }, (_, n) => `X-${n}: ${n}\r\n`).join('');
    for (const headers of ['', many]) {
      for (const last of [get('/', `Origin: a\r\nOrigin: a\r\n${headers}`), get('/../x', headers)]) {
        for (const then of [get('/chat', upgrade), get('/chat', many + upgrade)]) {
          const answers = await sendRaw(port, last + then);
          assert.deepEqual(statuses(answers), [400]);
        }
      }
      assert.deepEqual(
        statuses(
          await sendRaw(port, get('/', `Connection: close\r\n${headers}`) + get('/chat', many + upgrade)),
        ),
        [200],
      );
    }
    assert.deepEqual(upgrades, []);
  });

  test('behind a request for a change of protocol that is not made: it is the last, and says so', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n';
    for (const first of [get('/1', h2c), put('/1', 'hello', h2c), put('/1', 'hello', upgrade)]) {
      const answers = await sendRaw(port, get('/0') + first + put('/2'));
      assert.deepEqual(statuses(answers), [200, 200]);
      assert.match(answers, /connection: close/i);
      const ran = monolith.seen.splice(0).map(({ url }) => url);
      assert.deepEqual(ran, ['/0', '/1']);
    }
  });

  test('CONNECT is refused in its turn', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const { answer } = slow(monolith);
    const tunnel = 'CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n';
    assert.deepEqual(statuses(await sendRaw(port, tunnel + put('/x'))), [400]);
    const answers = sendRaw(port, get('/slow') + tunnel + put('/x'));
    await until(() => monolith.seen.length === 1);
    answer();
    assert.deepEqual(statuses(await answers), [200, 400]);
    assert.deepEqual(
      monolith.seen.map(({ url }) => url),
      ['/slow'],
    );
  });
});

describe('nothing that follows a refused request on its connection runs', () => {
  const refused: Record<string, [request: string, status: number]> = {
    'no Host': ['GET /x HTTP/1.1\r\n\r\n', 400],
    'two Hosts': ['GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    'HTTP/1.0 without Host': ['GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', 400],
    'no version': ['GET /x\r\nHost: a\r\n\r\n', 505],
    'no version, in a HEAD': ['HEAD /x\r\n\r\n', 505],
    'no version, in a PRI': ['PRI /x\r\nHost: a\r\n\r\n', 505],
    'no version, in a PRI with a body': ['PRI /x\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}', 505],
    'the preface of HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    'HTTP/2.0': ['GET /x HTTP/2.0\r\nHost: a\r\n\r\n', 505],
    'HTTP/3.0': ['GET /x HTTP/3.0\r\nHost: a\r\n\r\n', 505],
    'HTTP/1.2': ['GET /x HTTP/1.2\r\nHost: a\r\n\r\n', 505],
    'an ambiguous path': [get('/x/../y'), 400],
    'an absolute target': [get('http://other/x'), 400],
    'two lengths': ['POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n', 400],
    'two Content-Types': [put('/x', '{}', 'Content-Type: a/b\r\nContent-Type: c/d\r\n'), 400],
    'an unknown method': ['FOO /x HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    'a bare line feed': ['GET /x HTTP/1.1\r\nHost: a\n\r\n', 400],
    'a bare carriage return in a value': ['GET /x HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n', 400],
    'a NUL in a value': ['GET /x HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n', 400],
    garbage: ['\x16\x03\x01\x02\r\n\r\n', 400],
    'an expectation': [put('/x', 'hello', 'Expect: gold\r\n'), 417],
    'a body that is too large': [`PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n`, 413],
    'a bad chunk size': ['PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  };
  for (const [what, [request, status]] of Object.entries(refused)) {
    test(what, async (t) => {
      const { port, monolith } = await gatewayWith(t);
      const answers = await sendRaw(port, request + put('/next') + get('/after'));
      assert.deepEqual(statuses(answers), [status], answers);
      assert.match(answers, /connection: close/i);
      assert.deepEqual(monolith.seen, []);
      assert.deepEqual(statuses(await sendRaw(port, get('/') + request + put('/next'))), [200, status]);
      assert.deepEqual(
        monolith.seen.map(({ url }) => url),
        ['/'],
        'what came before it ran',
      );
    });
  }
});

describe('an error is never told inside an answer', () => {
  test('garbage behind a request whose answer is being sent', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    let res!: ServerResponse;
    monolith.answer = (_req, given) => {
      res = given;
      res.writeHead(200, { 'content-length': 10 });
      res.write('hello');
    };
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.write(get('/'));
    await until(() => received.endsWith('hello'));
    socket.write('garbage\r\n\r\n');
    // It has been read, and refused, when the same has happened on another connection.
    assert.deepEqual(statuses(await sendRaw(port, 'garbage\r\n\r\n')), [400]);
    res.end('world');
    await once(socket, 'close');
    const [head, rest = ''] = received.split('\r\n\r\n', 2);
    assert.match(head!, /^HTTP\/1.1 200 /);
    assert.ok(rest.startsWith('helloworld'), rest);
    assert.deepEqual(statuses(received), [200, 400]);
  });

  test('garbage behind several requests that wait: each has its answer, then comes the error', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const answers = await sendRaw(port, `${put('/1')}${get('/2')}${put('/3')}garbage\r\n\r\n`);
    assert.deepEqual(statuses(answers), [200, 200, 200, 400]);
    assert.deepEqual(
      monolith.seen.map(({ url }) => url),
      ['/1', '/2', '/3'],
    );
  });

  test('a request that breaks off behind others: they have their answers, and it does not run', async (t) => {
    const { port, monolith } = await gatewayWith(t);
    const broken = 'PUT /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloo\r\n';
    assert.deepEqual(statuses(await sendRaw(port, put('/1') + broken + get('/3'))), [200, 400]);
    assert.deepEqual(
      monolith.seen.map(({ url }) => url),
      ['/1'],
    );
  });
});

test('100 Continue is told to those only who can know it', async (t) => {
  const { port } = await gatewayWith(t);
  const expecting = 'PUT /x HTTP/1.0\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}';
  assert.deepEqual(statuses(await sendRaw(port, expecting)), [200]);
});
