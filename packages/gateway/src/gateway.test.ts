import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { get, startBackend, startTestGateway, tableOf, textOf, until } from './testing/gateway.ts';
import { subjectOn } from './testing/tokens.ts';

test('what no route matches goes to the monolith unchanged', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  const response = await fetch(`${gateway.url}/anything?a=1&b=%2F`, { method: 'POST', body: 'hello' });
  assert.deepEqual(await response.json(), { from: 'monolith' });
  assert.equal(monolith.seen[0]?.url, '/anything?a=1&b=%2F');
  assert.equal(monolith.seen[0]?.body, 'hello');
});

test('a key goes to the side of its bucket, read and write alike', async (t) => {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf({ monolith: monolith.url, service: service.url }, 5_000, [
    { method: '*', path: '/me' },
  ]);
  const { gateway } = await startTestGateway(t, table);
  for (let key = 1; key <= 20; key++) {
    const expected = isServiceSide(5_000, 'users', String(key)) ? 'service' : 'monolith';
    for (const method of ['GET', 'PUT']) {
      const body = method === 'PUT' ? '{}' : undefined;
      const response = await fetch(`${gateway.url}/me`, { method, body, headers: { 'x-key': String(key) } });
      assert.deepEqual(await response.json(), { from: expected });
    }
  }
});

test('a cookie or a path parameter may be the key; two cookies of one name are none', async (t) => {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf({ monolith: monolith.url, service: service.url }, 5_000, [
    { method: 'GET', path: '/cart', key: { from: 'cookie', name: 'uid' } },
    { method: 'GET', path: '/users/:id', key: { from: 'param', name: 'id' } },
  ]);
  const { gateway } = await startTestGateway(t, table);
  const from = async (path: string, cookie = '') => {
    const response = await fetch(gateway.url + path, { headers: { cookie } });
    return ((await response.json()) as { from: string }).from;
  };
  const id = subjectOn('service', 5_000);
  assert.equal(await from('/cart', `a=b; uid=${id}`), 'service');
  assert.equal(await from('/cart', `uid=${id}; uid=${id}`), 'monolith');
  assert.equal(await from(`/users/${id}`), 'service');
  assert.equal(await from(`/users/00${id}`), 'service');
  assert.equal(await from(`/users/${subjectOn('monolith', 5_000)}`), 'monolith');
});

test('an endpoint that was switched off answers 410 with its date', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  const sunset = 'Sat, 01 Aug 2026 00:00:00 GMT';
  const table = tableOf({ monolith: monolith.url }, 0, [{ method: 'GET', path: '/old', sunset }]);
  const { gateway } = await startTestGateway(t, table);
  const response = await fetch(`${gateway.url}/old`);
  assert.equal(response.status, 410);
  assert.equal(response.headers.get('sunset'), sunset);
  assert.equal(monolith.seen.length, 0);
});

test('connections to the upstream and from the client are reused', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  const connections = new Set<unknown>();
  monolith.server.on('connection', (socket) => connections.add(socket));
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < 20; i++) await textOf(await get(gateway.url, { agent }));
  agent.destroy();
  assert.equal(connections.size, 1);
});

test('a draining gateway finishes what is in flight and takes nothing new', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  let finish = () => {};
  monolith.answer = (_req, res) => {
    finish = () => res.end('done');
  };
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, []));
  const inFlight = get(gateway.url);
  await until(() => monolith.seen.length === 1);
  const stopped = gateway.stop(60_000);
  await assert.rejects(get(gateway.url, { agent: new http.Agent() }));
  finish();
  const res = await inFlight;
  assert.equal(await textOf(res), 'done');
  assert.equal(res.headers.connection, 'close');
  await stopped;
});
