import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sendRaw, startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';
import { forwardHeaders, responseHeaders } from './headers.ts';

const of = (raw: string[], trustedHops = 0) =>
  forwardHeaders(['Host', 'a', ...raw], trustedHops, {
    address: '127.0.0.1',
    network: '127.0.0.1',
    encrypted: false,
  });

const OF_PROXIES = [
  'X-Forwarded-Prefix',
  'X-Forwarded-Server',
  'X-Forwarded-Client-Cert',
  'X-Original-URL',
  'X-Original-Host',
  'X-Rewrite-URL',
  'True-Client-IP',
  'CF-Connecting-IP',
];
const NEVER = [
  'Proxy',
  'X_Forwarded_For',
  'X_Real_IP',
  'X_HTTP_Method_Override',
  'Content_Length',
  'X_Banyan_Shadow',
];

describe('what a proxy says to an upstream is not for clients to say', () => {
  for (const name of [...OF_PROXIES, ...NEVER]) {
    test(name, () => {
      for (const spelling of [name, name.toLowerCase(), name.toUpperCase(), name.replaceAll('-', '_')]) {
        const forwarded = of([spelling, 'evil', 'X-Own', '1']);
        assert.ok(typeof forwarded !== 'string');
        assert.ok(!forwarded.list.includes('evil'), spelling);
        assert.ok(forwarded.list.includes('X-Own'));
      }
    });
  }

  test('a proxy of ours in front may say it, in its own spelling', () => {
    for (const name of OF_PROXIES) {
      const [own, odd] = [of([name, 'said'], 1), of([name.replaceAll('-', '_'), 'said'], 1)];
      assert.ok(typeof own !== 'string' && own.list.includes('said'), name);
      assert.ok(typeof odd !== 'string' && !odd.list.includes('said'), name);
    }
    for (const name of NEVER) {
      const forwarded = of([name, 'said'], 1);
      assert.ok(typeof forwarded !== 'string' && !forwarded.list.includes('said'), name);
    }
  });
});

describe('what may stand once is refused twice', () => {
  for (const name of ['Content-Type', 'Authorization', 'Cookie', 'Range', 'Origin', 'Idempotency-Key']) {
    test(name, () => {
      assert.equal(of([name, 'a', name.toLowerCase(), 'b']), 'repeated-header');
      assert.notEqual(of([name, 'a']), 'repeated-header');
    });
  }

  test('lists may stand twice', () => {
    for (const name of ['Accept', 'Via', 'Cache-Control', 'X-Own']) {
      const forwarded = of([name, 'a', name, 'b']);
      assert.ok(typeof forwarded !== 'string' && forwarded.list.includes('b'), name);
    }
  });

  test('the key header of a route, in whichever spelling', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const table = tableOf({ monolith: monolith.url }, 0, [{ method: '*', path: '/me' }]);
    const { gateway } = await startTestGateway(t, table);
    const ask = (headers: string) =>
      sendRaw(gateway.port, `PUT /me HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n${headers}\r\n`, (r) =>
        r.endsWith('}'),
      );
    for (const headers of ['X-Key: 1\r\nX-Key: 2\r\n', 'X-Key: 1\r\nX_Key: 2\r\n', 'X_Key: 2\r\n'])
      assert.match(await ask(headers), /^HTTP\/1.1 400 .*"repeated-header"/s);
    assert.deepEqual(monolith.seen, []);
    assert.match(await ask('X-Key: 1\r\n'), /^HTTP\/1.1 200 /);
  });
});

test('what Connection names in an answer is dropped, except for what frames it', () => {
  const list = (connection: string) =>
    responseHeaders(['Connection', connection, 'X-Private', '1', 'X-Own', '2', 'Content-Length', '3'], 'id');
  const rest = ['X-Own', '2', 'Content-Length', '3', 'x-request-id', 'id'];
  for (const connection of ['X-Private', 'keep-alive, x-private', 'close,X-PRIVATE,content-length'])
    assert.deepEqual(list(connection), rest);
  assert.ok(list('Keep-Alive').includes('X-Private'));
});
