import assert from 'node:assert/strict';
import http from 'node:http';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { memorySource } from '../control/memory-source.ts';
import type { Route, RouteTable } from '../control/route-table.ts';
import {
  type Backend,
  sendJson,
  startBackend,
  startTestGateway,
  tableOf,
  until,
} from '../testing/gateway.ts';

type Answer = { status: number; from?: string; code?: string; retryAfter: string | null };

async function hybrid(t: TestContext, route: Partial<Route> = {}, more: Partial<RouteTable> = {}) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf(
    { monolith: monolith.url, service: service.url },
    10_000,
    [{ method: '*', path: '/me', ...route }],
    more,
  );
  const settled: string[][][] = [];
  let isSettled = true;
  const source = memorySource(table, {
    settle: async (waves) => {
      settled.push(waves);
      return isSettled;
    },
  });
  const { gateway } = await startTestGateway(t, table, { source });
  const call = async (method: string, path = '/me'): Promise<Answer> => {
    const body = method === 'POST' || method === 'PUT' ? '{"a":1}' : undefined;
    const response = await fetch(gateway.url + path, { method, body, headers: { 'x-key': '1' } });
    const answer = (await response.json()) as Omit<Answer, 'status'>;
    return { ...answer, status: response.status, retryAfter: response.headers.get('retry-after') };
  };
  const outcomesOf = async (side: string) => {
    await until(() => source.outcomes.some((outcome) => outcome.side === side));
    const own = source.outcomes.filter((outcome) => outcome.side === side);
    const sum = (name: 'requests' | 'failures' | 'rescued') =>
      own.reduce((total, row) => total + row[name], 0);
    return { requests: sum('requests'), failures: sum('failures'), rescued: sum('rescued') };
  };
  const setSettled = (value: boolean) => {
    isSettled = value;
  };
  return { monolith, service, table, gateway, source, call, outcomesOf, settled, setSettled };
}

describe('fallback', () => {
  for (const status of [500, 502, 503, 504]) {
    test(`a read that the service answers with ${status} is answered by the monolith`, async (t) => {
      const { monolith, service, call } = await hybrid(t);
      service.answer = (_req, res) => sendJson(res, status, {});
      assert.equal((await call('GET')).from, 'monolith');
      assert.equal(monolith.seen.length, 1);
    });
  }

  test('a rescued request counts as a failure of the service', async (t) => {
    const { service, call, outcomesOf } = await hybrid(t);
    service.answer = (_req, res) => sendJson(res, 500, {});
    await call('GET');
    assert.deepEqual(await outcomesOf('service'), { requests: 1, failures: 1, rescued: 1 });
    assert.deepEqual(await outcomesOf('monolith'), { requests: 1, failures: 0, rescued: 0 });
  });

  test('a read is rescued when the service refuses connections, breaks off, or is too slow', async (t) => {
    const { service, call } = await hybrid(t, { limits: { timeoutMs: 200 } });
    service.answer = (_req, res) => res.socket?.destroy();
    assert.equal((await call('GET')).from, 'monolith');
    service.answer = () => {};
    assert.equal((await call('GET')).from, 'monolith');
    await service.stop();
    assert.equal((await call('GET')).from, 'monolith');
  });

  test('404 and 409 of the service are answers, not failures', async (t) => {
    const { service, monolith, call } = await hybrid(t);
    for (const status of [404, 409]) {
      service.answer = (_req, res) => sendJson(res, status, {});
      assert.equal((await call('GET')).status, status);
    }
    assert.equal(monolith.seen.length, 0);
  });

  test('a migrated route has no fallback', async (t) => {
    const { service, monolith, call } = await hybrid(t, { mode: 'migrated' });
    service.answer = (_req, res) => sendJson(res, 500, {});
    assert.equal((await call('GET')).status, 500);
    await service.stop();
    assert.equal((await call('GET')).code, 'unavailable');
    assert.equal(monolith.seen.length, 0);
  });
});

describe('a write', () => {
  test('that the service answers with 5xx is answered so: it may have run', async (t) => {
    const { service, monolith, call } = await hybrid(t, { unsafeFallback: 'not-run' });
    service.answer = (_req, res) => sendJson(res, 503, { from: 'service' });
    assert.deepEqual([(await call('POST')).from, monolith.seen.length], ['service', 0]);
  });

  test('that breaks off after it was sent is never given to the other side', async (t) => {
    const { service, monolith, call } = await hybrid(t, { unsafeFallback: 'not-run' });
    service.answer = (_req, res) => res.socket?.destroy();
    const answer = await call('POST');
    assert.deepEqual([answer.status, answer.code, answer.retryAfter], [503, 'outcome-unknown', '1']);
    assert.deepEqual([monolith.seen.length, service.seen.length], [0, 1]);
  });

  test('that provably did not run goes to the monolith once that has everything', async (t) => {
    const settle = { monolith: [], service: [['users.reverse']] };
    const { service, monolith, call, settled, setSettled } = await hybrid(t, {
      unsafeFallback: 'not-run',
      settle,
    });
    await service.stop();
    assert.equal((await call('POST')).from, 'monolith');
    assert.deepEqual(settled[0], [['users.reverse']]);
    assert.equal(monolith.seen[0]?.body, '{"a":1}');
    setSettled(false);
    const answer = await call('POST');
    assert.deepEqual([answer.status, answer.code, answer.retryAfter], [503, 'unavailable', '1']);
    assert.equal(monolith.seen.length, 1);
  });

  for (const unsafeFallback of ['not-run', 'never'] as const) {
    test(`that ran before the service closed its listener has an unknown outcome (${unsafeFallback})`, async (t) => {
      const { service, monolith, call } = await hybrid(t, { unsafeFallback });
      service.answer = (_req, res) => {
        service.server.close();
        res.socket?.resetAndDestroy();
      };
      const answer = await call('PUT');
      assert.deepEqual([answer.status, answer.code, answer.retryAfter], [503, 'outcome-unknown', '1']);
      assert.deepEqual([service.seen.length, monolith.seen.length], [1, 0]);
    });
  }

  test('that ran before the breaker opened has an unknown outcome', async (t) => {
    const { service, monolith, call, gateway } = await hybrid(t, { unsafeFallback: 'not-run' });
    let breakOff = () => {};
    service.answer = (req, res) => {
      if (req.method === 'GET') sendJson(res, 503, {});
      else breakOff = () => res.socket?.destroy();
    };
    const put = call('PUT');
    await until(() => service.seen.length === 1);
    await until(async () => {
      await call('GET');
      return /breaker_open\{upstream="users"\} 2/.test(await gateway.metrics());
    });
    breakOff();
    assert.equal((await put).code, 'outcome-unknown');
    assert.ok(!monolith.seen.some(({ method }) => method === 'PUT'));
  });

  test('gets 503 with Retry-After when its route does not allow the fallback', async (t) => {
    const { service, monolith, call } = await hybrid(t, { unsafeFallback: 'never' });
    await service.stop();
    const answer = await call('POST');
    assert.deepEqual([answer.status, answer.code, answer.retryAfter], [503, 'unavailable', '1']);
    assert.equal(monolith.seen.length, 0);
  });

  test('is not rescued while a fence over its key is open', async (t) => {
    const settle = { monolith: [], service: [['users.reverse']] };
    const world = await hybrid(t, { unsafeFallback: 'not-run', settle });
    let letSettle = () => {};
    world.source.settle = () =>
      new Promise((resolve) => {
        letSettle = () => resolve(true);
      });
    await world.service.stop();
    const answer = world.call('POST');
    await until(() => letSettle.length === 0 && letSettle.toString().includes('resolve'));
    world.source.openFence({ id: 'f', service: 'users', fromShare: 10_000, toShare: 0, limitMs: 60_000 });
    letSettle();
    assert.equal((await answer).code, 'unavailable');
    assert.equal(world.monolith.seen.length, 0);
    await until(() => world.source.acks('f') === 1);
  });

  test('whose client goes away runs to its end and holds up a fence until then', async (t) => {
    const { service, source, gateway } = await hybrid(t);
    let finish = () => {};
    let brokenOff = false;
    service.answer = (_req, res) => {
      res.on('close', () => {
        brokenOff = !res.writableFinished;
      });
      finish = () => sendJson(res, 200, {});
    };
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('PUT /me HTTP/1.1\r\nHost: a\r\nX-Key: 1\r\nContent-Length: 2\r\n\r\n{}');
    await until(() => service.seen.length === 1);
    socket.destroy();
    await until(async () => /client_gone_total 1/.test(await gateway.metrics()));
    source.openFence({ id: 'f', service: 'users', fromShare: 10_000, toShare: 0, limitMs: 60_000 });
    await until(async () => /fences_open 1/.test(await gateway.metrics()));
    assert.equal(source.acks('f'), 0);
    finish();
    await until(() => source.acks('f') === 1);
    assert.equal(brokenOff, false);
  });

  test('that times out is answered, and holds up a fence until the service is done with it', async (t) => {
    const { service, source, gateway, call } = await hybrid(t, { limits: { timeoutMs: 100 } });
    let finish = () => {};
    service.answer = (_req, res) => {
      finish = () => sendJson(res, 200, {});
    };
    const answer = await call('PUT');
    assert.deepEqual([answer.status, answer.code], [503, 'outcome-unknown']);
    source.openFence({ id: 'f', service: 'users', fromShare: 10_000, toShare: 0, limitMs: 60_000 });
    await until(async () => /fences_open 1/.test(await gateway.metrics()));
    assert.equal(source.acks('f'), 0);
    finish();
    await until(() => source.acks('f') === 1);
  });
});

test('a read whose client goes away is broken off upstream', async (t) => {
  const { service, gateway } = await hybrid(t);
  let brokenOff = false;
  service.answer = (_req, res) => {
    res.on('close', () => {
      brokenOff = true;
    });
  };
  const req = http.get(`${gateway.url}/me`, { headers: { 'x-key': '1' } });
  req.on('error', () => {});
  await until(() => service.seen.length === 1);
  req.destroy();
  await until(() => brokenOff);
});

describe('instances', () => {
  async function three(t: TestContext, more: Partial<RouteTable['services']['users']['upstream']> = {}) {
    const backends: Backend[] = [];
    for (const name of ['one', 'two', 'three']) backends.push(await startBackend(t, name));
    const urls = { monolith: backends[0]!.url, service: backends.map(({ url }) => url) };
    const table = tableOf(urls, 10_000, [{ method: '*', path: '/me', mode: 'migrated' }]);
    Object.assign(table.services.users!.upstream, more);
    const { gateway } = await startTestGateway(t, table);
    const call = async (method = 'GET') => {
      const response = await fetch(`${gateway.url}/me`, { method, headers: { 'x-key': '1' } });
      return { status: response.status, ...((await response.json()) as { from?: string; code?: string }) };
    };
    return { backends, gateway, call };
  }

  test('are used in turn', async (t) => {
    const { call } = await three(t);
    const from = [];
    for (let i = 0; i < 6; i++) from.push((await call()).from);
    assert.deepEqual(new Set(from.slice(0, 3)), new Set(['one', 'two', 'three']));
    assert.deepEqual(from.slice(0, 3), from.slice(3));
  });

  test('one that refuses connections costs no request, not even a write', async (t) => {
    const { backends, call } = await three(t);
    await backends[1]!.stop();
    for (let i = 0; i < 30; i++) assert.equal((await call(i % 2 ? 'POST' : 'GET')).status, 200);
  });

  test('one that breaks off is tried again elsewhere for what may run twice, never for a POST', async (t) => {
    const { backends, call } = await three(t);
    backends[1]!.answer = (_req, res) => res.socket?.destroy();
    for (let i = 0; i < 6; i++) assert.equal((await call('PUT')).status, 200);
    const seen = () => backends.reduce((sum, backend) => sum + backend.seen.length, 0);
    const before = seen();
    const codes = [];
    for (let i = 0; i < 3; i++) codes.push((await call('POST')).code);
    assert.deepEqual(codes.filter(Boolean), ['outcome-unknown']);
    assert.equal(seen() - before, 3, 'each POST was sent once');
  });

  test('one that keeps failing is left out, the last one never', async (t) => {
    const { backends, call } = await three(t);
    for (const backend of backends.slice(1)) backend.answer = (_req, res) => res.socket?.destroy();
    for (let i = 0; i < 30; i++) await call();
    const before = backends.slice(1).map(({ seen }) => seen.length);
    for (let i = 0; i < 5; i++) assert.equal((await call()).from, 'one');
    assert.deepEqual(
      backends.slice(1).map(({ seen }) => seen.length),
      before,
    );
  });

  test('the active check takes one out and back in', async (t) => {
    const health = { path: '/health', intervalMs: 20, unhealthyAfter: 2, healthyAfter: 2 };
    const { backends, call } = await three(t, { health });
    let sick = true;
    backends[0]!.answer = (req, res) =>
      sendJson(res, req.url === '/health' && sick ? 500 : 200, { from: 'one' });
    const names = async () => {
      const from = new Set<string | undefined>();
      for (let i = 0; i < 6; i++) from.add((await call()).from);
      return from;
    };
    await until(async () => !(await names()).has('one'));
    sick = false;
    await until(async () => (await names()).has('one'));
  });
});

test('the circuit breaker stops asking a service that fails, and asks again later', async (t) => {
  const { service, call, gateway } = await hybrid(t);
  service.answer = (_req, res) => sendJson(res, 503, {});
  for (let i = 0; i < 40; i++) assert.equal((await call('GET')).from, 'monolith');
  assert.ok(service.seen.length < 40, `asked ${service.seen.length} times`);
  assert.match(await gateway.metrics(), /breaker_open\{upstream="users"\} 2/);
  service.answer = (_req, res) => sendJson(res, 200, { from: 'service' });
  await until(async () => (await call('GET')).from === 'service');
  assert.match(await gateway.metrics(), /breaker_open\{upstream="users"\} 0/);
});

test('a client that leaves while its request tries a failed service keeps nobody from trying', {
  timeout: 25_000, // the breaker itself gives up a try of which it hears nothing after 30 s
}, async (t) => {
  const { service, call, gateway } = await hybrid(t);
  service.answer = (_req, res) => sendJson(res, 503, {});
  for (let i = 0; i < 40; i++) await call('GET');
  const before = service.seen.length;
  service.answer = () => {}; // it never answers
  await until(async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    let answered = false;
    socket.on('data', () => {
      answered = true; // by the monolith: it is not tried yet
    });
    socket.write('GET /me HTTP/1.1\r\nHost: a\r\nX-Key: 1\r\n\r\n');
    await until(() => answered || service.seen.length > before);
    socket.destroy();
    return service.seen.length > before;
  });
  service.answer = (_req, res) => sendJson(res, 200, { from: 'service' });
  await until(async () => (await call('GET')).from === 'service');
});
