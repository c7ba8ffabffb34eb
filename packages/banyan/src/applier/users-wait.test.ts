import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { applyGatewaySchema, type OutcomeBatch, postgresSource } from '@banyan/gateway';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { readUsersWait } from './users-wait.ts';

const url = await (await testServer()).database('users_wait');
const pool = createPool(url, { max: 1 });
await applyGatewaySchema(pool);
const source = postgresSource({ url, workerId: 'one', settleUrl: null, token: '' });
after(async () => {
  await source.close();
  await pool.end();
});

function outcome(side: 'monolith' | 'service', latency: Record<string, number>): OutcomeBatch {
  const requests = Object.values(latency).reduce((sum, count) => sum + count, 0);
  const counts = { requests, failures: 0, rescued: 0, compared: 0, mismatched: 0, reasons: {} };
  return { service: 'users', route: `GET /${side}`, side, version: 1, latency, ...counts };
}

test('users of all routes and both sides count, of the last seconds only', async () => {
  assert.equal(await readUsersWait(pool, Date.now()), null);
  const outcomes = [outcome('monolith', { '10': 90 }), outcome('service', { '100': 10 })];
  await source.reportOutcomes({ outcomes, failures: [], keys: [], routeKeys: [] });
  assert.deepEqual(await readUsersWait(pool, Date.now()), { p95Ms: 87.5, requests: 100 });
  assert.equal(await readUsersWait(pool, Date.now() + 60_000), null);
});
