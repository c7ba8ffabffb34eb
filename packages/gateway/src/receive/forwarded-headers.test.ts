import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { get, startBackend, startTestGateway, tableOf, textOf } from '../testing/gateway.ts';

describe('headers', () => {
  test('hop-by-hop headers are stripped both ways, also those that Connection names', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.answer = (_req, res) => {
      res.setHeader('Connection', 'x-private, keep-alive').setHeader('X-Private', '1');
      res.setHeader('Proxy-Authenticate', 'x').setHeader('X-Public', '1').end('ok');
    };
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const res = await get(gateway.url, {
      headers: {
        connection: 'close, x-secret, authorization',
        'x-secret': '1',
        authorization: 'Bearer x',
        te: 'trailers',
        'keep-alive': 'timeout=5',
        'proxy-authorization': 'x',
        'x-public': '1',
        'x-banyan-shadow': '1',
      },
    });
    assert.equal(await textOf(res), 'ok');
    assert.equal(res.headers['x-public'], '1');
    for (const name of ['x-private', 'proxy-authenticate']) assert.equal(res.headers[name], undefined);
    const { headers } = monolith.seen[0]!;
    assert.equal(headers['x-public'], '1');
    for (const name of ['x-secret', 'authorization', 'te', 'proxy-authorization', 'x-banyan-shadow']) {
      assert.equal(headers[name], undefined, name);
    }
  });

  test('a client cannot claim to be somebody else: X-Forwarded-* and Forwarded are ours', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const spoofed = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
      'x-real-ip': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
    };
    await textOf(await get(gateway.url, { headers: { ...spoofed, host: 'shop.example' } }));
    const { headers } = monolith.seen[0]!;
    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(headers['x-forwarded-proto'], 'http');
    assert.equal(headers['x-forwarded-host'], 'shop.example');
    assert.equal(headers.host, 'shop.example');
    assert.equal(headers.forwarded, undefined);
    assert.equal(headers['x-real-ip'], undefined);
  });

  test('what our proxies in front said is passed on, what stands before it is not', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const table = tableOf({ monolith: monolith.url }, 0, [], { trustedHops: 1 });
    const { gateway } = await startTestGateway(t, table);
    const headers = {
      'x-forwarded-for': '6.6.6.6, 1.2.3.4',
      'x-forwarded-proto': 'http, https',
      'x-forwarded-host': 'shop.example',
      'x-real-ip': '6.6.6.6',
      'x-forwarded-port': '443',
    };
    await textOf(await get(gateway.url, { headers }));
    const seen = monolith.seen[0]!.headers;
    assert.equal(seen['x-forwarded-for'], '1.2.3.4, 127.0.0.1');
    assert.equal(seen['x-forwarded-proto'], 'https');
    assert.equal(seen['x-forwarded-host'], 'shop.example');
    assert.equal(seen['x-real-ip'], '1.2.3.4');
    assert.equal(seen['x-forwarded-port'], '443');
    assert.equal(seen.forwarded, undefined);
    await textOf(await get(gateway.url, { headers: { forwarded: 'for=6.6.6.6, for="[2001:db8::1]:80"' } }));
    assert.equal(monolith.seen[1]!.headers['x-forwarded-for'], '2001:db8::1, 127.0.0.1');
  });

  test('a trace is passed on as it came, none is made up, and the request id comes back', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
    const res = await get(gateway.url, {
      headers: { traceparent, 'x-request-id': 'abc-1', tracestate: 'a=b', connection: 'x-request-id' },
    });
    await textOf(res);
    assert.equal(res.headers['x-request-id'], 'abc-1');
    const first = monolith.seen[0]!.headers;
    assert.deepEqual([first.traceparent, first.tracestate], [traceparent, 'a=b']);
    assert.equal(first['x-request-id'], 'abc-1', 'ours to say, so no client can take it away');
    const bad = await get(gateway.url, {
      headers: { traceparent: 'nonsense', tracestate: 'a=b', 'x-request-id': 'a b\t' },
    });
    await textOf(bad);
    const second = monolith.seen[1]!.headers;
    assert.deepEqual([second.traceparent, second.tracestate], [undefined, undefined]);
    assert.match(bad.headers['x-request-id'] as string, /^[0-9a-f]{16}$/);
  });

  test('a client cannot say what services say to one another: deadlines and cohorts', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    const entries = 'cohort=service, plan=gold;p=1,%63ohort=service, cohort ;x=1,cohort%20=a,%=1,cohorts=2';
    const headers = { 'x-request-deadline-ms': '0', 'X-Banyan-Cohort': 'service', baggage: entries };
    await textOf(await get(gateway.url, { headers }));
    const seen = monolith.seen[0]!.headers;
    assert.equal(seen['x-request-deadline-ms'], undefined);
    assert.equal(seen['x-banyan-cohort'], undefined);
    assert.equal(seen.baggage, 'plan=gold;p=1,cohorts=2');
  });

  test('the side of the cohort goes on as baggage, where there are cohorts', async (t) => {
    const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
    const routes = [
      { method: '*', path: '/split' },
      { method: '*', path: '/whole', mode: 'monolith' as const },
    ];
    const table = tableOf({ monolith: monolith.url, service: service.url }, 5_000, routes);
    const { gateway } = await startTestGateway(t, table);
    const told = new Set<unknown>();
    for (let id = 0; id < 20; id++) {
      const headers = { 'x-key': String(id), baggage: 'plan=gold,cohort=gold' };
      await textOf(await get(`${gateway.url}/split`, { headers }));
    }
    for (const { headers } of monolith.seen) told.add(headers.baggage);
    assert.deepEqual([...told], ['plan=gold,cohort=monolith']);
    assert.deepEqual(
      [...new Set(service.seen.map(({ headers }) => headers.baggage))],
      ['plan=gold,cohort=service'],
    );
    await textOf(await get(`${gateway.url}/whole`, { headers: { 'x-key': '1' } }));
    await textOf(await get(`${gateway.url}/split`));
    assert.deepEqual(
      monolith.seen.slice(-2).map(({ headers }) => headers.baggage),
      [undefined, undefined],
      'nobody, or no cohorts',
    );
  });

  test('several cookies are set as several headers', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    monolith.answer = (_req, res) => res.setHeader('set-cookie', ['a=1', 'b=2']).end();
    const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
    assert.deepEqual((await get(gateway.url)).headers['set-cookie'], ['a=1', 'b=2']);
  });
});
