import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { startBackend, startTestGateway, tableOf } from './testing.ts';

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
