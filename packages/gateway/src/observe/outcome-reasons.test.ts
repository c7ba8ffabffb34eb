import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { memorySource } from '../control/memory-source.ts';
import type { UnhealthyInstance } from '../control/route-table.ts';
import {
  type Backend,
  sendJson,
  startBackend,
  startTestGateway,
  tableOf,
  until,
} from '../testing/gateway.ts';

/** A gateway over a monolith and a service that has all keys, and answers as `behave` says. */
async function failing(t: TestContext, behave: (res: ServerResponse, service: Backend) => void) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  service.answer = (_req, res) => behave(res, service);
  const table = tableOf({ monolith: monolith.url, service: service.url }, 10_000, [
    { method: 'GET', path: '/users/:id', limits: { timeoutMs: 200 } },
    { method: 'PUT', path: '/users/:id', limits: { timeoutMs: 200 } },
  ]);
  const { gateway, source } = await startTestGateway(t, table);
  const ask = async (method: string) => {
    const init = { method, headers: { 'x-key': 'secret-key', authorization: 'Bearer hush' } };
    const answer = await fetch(`${gateway.url}/users/7?token=hush`, init).catch(() => null);
    await answer?.arrayBuffer().catch(() => {});
    await until(() => source.failures.length > 0);
    return source.failures[0]!;
  };
  return { gateway, source, service, ask };
}

const KINDS: Array<[reason: string, method: string, behave: (res: ServerResponse) => void]> = [
  ['status 500', 'GET', (res) => sendJson(res, 500, {})],
  ['status 503', 'GET', (res) => sendJson(res, 503, {})],
  ['status 5xx', 'GET', (res) => sendJson(res, 507, {})],
  ['timeout', 'GET', () => {}],
  ['outcome unknown', 'PUT', () => {}],
  ['reset', 'PUT', (res) => res.socket?.destroy()],
  ['bad answer', 'PUT', (res) => res.socket?.end('HTTP/9.9 what\r\n\r\n')],
  [
    'cut off',
    'GET',
    (res) => {
      res.writeHead(200, { 'content-length': '100' });
      res.write('half', () => res.socket?.destroy());
    },
  ],
];

for (const [reason, method, behave] of KINDS) {
  test(`a failure by '${reason}' is told as such: when, on which side of which route, and nothing of the request`, async (t) => {
    const { gateway, source, ask } = await failing(t, behave);
    const failure = await ask(method);
    assert.deepEqual(
      { ...failure, at: '' },
      { service: 'users', route: `${method} /users/:id`, side: 'service', method, reason, at: '' },
    );
    assert.ok(Math.abs(Date.now() - Date.parse(failure.at)) < 60_000);
    assert.ok(!JSON.stringify(source.failures).includes('hush'));
    const outcome = source.outcomes.find(({ side }) => side === 'service')!;
    assert.deepEqual(outcome.reasons, { [reason]: outcome.failures });
    assert.match(await gateway.metrics(), new RegExp(`failures_total\\{[^}]*reason="${reason}"\\} 1`));
  });
}

test('a service that nobody listens for is refused', async (t) => {
  const { service, ask } = await failing(t, () => {});
  await service.stop();
  assert.equal((await ask('PUT')).reason, 'refused');
});

test('a service without its health path is told by name, and its requests fail because of that', async (t) => {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  service.answer = (req, res) => sendJson(res, req.url === '/health/ready' ? 404 : 200, { from: 'service' });
  const table = tableOf({ monolith: monolith.url, service: service.url }, 10_000, [
    { method: 'GET', path: '/users/:id' },
  ]);
  table.services.users!.upstream.health = {
    path: '/health/ready',
    intervalMs: 20,
    unhealthyAfter: 2,
    healthyAfter: 2,
  };
  let told: UnhealthyInstance[] = [];
  const source = memorySource(table, { leaseMs: 200 });
  const { heartbeat } = source;
  source.heartbeat = (version, unhealthy) => {
    told = unhealthy;
    return heartbeat(version, unhealthy);
  };
  const { gateway } = await startTestGateway(t, table, { source });
  await until(() => told.length > 0);
  assert.deepEqual(told, [{ upstream: 'users', url: service.url, why: 'GET /health/ready answers 404' }]);
  const answer = await fetch(`${gateway.url}/users/7`, { headers: { 'x-key': '1' } });
  assert.equal(((await answer.json()) as { from: string }).from, 'monolith');
  await until(() => source.failures.some(({ reason }) => reason === 'unhealthy instance'));
  assert.match(await gateway.metrics(), /instance_unhealthy\{upstream="users",instance="[^"]+"\} 1/);
});

test('keys are told by the buckets they fall into, however many requests they make', async (t) => {
  const { gateway, source } = await failing(t, (res) => sendJson(res, 200, {}));
  const told: string[] = [];
  const { reportOutcomes } = source;
  source.reportOutcomes = (report) => {
    told.push(...report.keys.map(({ buckets }) => buckets));
    return reportOutcomes(report);
  };
  for (const key of ['a', 'b', 'a', 'a'])
    await fetch(`${gateway.url}/users/1`, { headers: { 'x-key': key } });
  await fetch(`${gateway.url}/users/1`);
  const seen = () => [...(told.at(-1) ?? '')].filter((bit) => bit === '1').length;
  await until(() => seen() === 2);
  assert.equal(told.at(-1)!.length, 10_000);
});
