import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { type Backend, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { openFence } from '../testing/open-fence.ts';
import { readMismatches } from './evidence.ts';
import {
  abortFence,
  abortOpenFences,
  awaitAcks,
  commitFences,
  countLiveWorkers,
  openFences,
  publishTable,
  readTable,
  withdrawFences,
} from './fence.ts';
import { postgresSource } from './postgres-source.ts';
import type { RouteTable } from './route-table.ts';
import { applyGatewaySchema } from './schema.ts';

type World = { pool: pg.Pool; url: string; monolith: Backend; service: Backend; table: RouteTable };

async function world(t: TestContext, share = 0): Promise<World> {
  const server = await testServer();
  const url = await server.database();
  const pool = createPool(url, { max: 4 });
  t.after(() => pool.end());
  await applyGatewaySchema(pool);
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const table = tableOf({ monolith: monolith.url, service: service.url }, share, [
    { method: '*', path: '/me' },
  ]);
  await publishTable(pool, table);
  return { pool, url, monolith, service, table };
}

async function gatewayOf(
  t: TestContext,
  { url, table }: World,
  leaseMs = 3_000,
  options: Parameters<typeof startTestGateway>[2] = {},
) {
  const workerId = randomUUID();
  const source = postgresSource({ url, workerId, settleUrl: null, token: 'x', leaseMs });
  const { gateway } = await startTestGateway(t, table, { source: source as never, ...options });
  return { gateway, source, workerId };
}

function withShare(table: RouteTable, share: number): RouteTable {
  const users = { ...table.services.users!, share };
  return { ...table, version: table.version + 1, services: { users } };
}

const MOVING = keyBelow(5_000);
const STAYING = keyFrom(5_000);

function keyBelow(share: number): string {
  for (let key = 1; ; key++) if (isServiceSide(share, 'users', String(key))) return String(key);
}

function keyFrom(share: number): string {
  for (let key = 1; ; key++) if (!isServiceSide(share, 'users', String(key))) return String(key);
}

const put = (url: string, key: string) =>
  fetch(`${url}/me`, { method: 'PUT', body: '{}', headers: { 'x-key': key } });
const from = async (response: Response | Promise<Response>) =>
  ((await (await response).json()) as { from: string }).from;

test('a committed fence holds the writes of moving keys only, and lets them go to the new side', async (t) => {
  const w = await world(t);
  const { gateway } = await gatewayOf(t, w);
  const fence = await openFence(w.pool, { service: 'users', fromShare: 0, toShare: 5_000, limitMs: 60_000 });
  await awaitAcks(w.pool, fence.id, { timeoutMs: 60_000 });

  const held = put(gateway.url, MOVING);
  assert.equal(await from(put(gateway.url, STAYING)), 'monolith');
  assert.equal(await from(fetch(`${gateway.url}/me`, { headers: { 'x-key': MOVING } })), 'monolith');
  assert.equal(w.service.seen.length, 0);

  await withTransaction(w.pool, (client) => commitFences(client, [fence.id], withShare(w.table, 5_000)));
  assert.equal(await from(held), 'service');
  assert.equal(await from(put(gateway.url, MOVING)), 'service');
  assert.equal(await from(put(gateway.url, STAYING)), 'monolith');
  assert.equal((await readTable(w.pool))?.version, 2);
});

test('a fence is not acknowledged before the writes in flight have ended', async (t) => {
  const w = await world(t);
  const { gateway } = await gatewayOf(t, w);
  let finish = () => {};
  w.monolith.answer = (_req, res) => {
    finish = () => res.end('{"from":"monolith"}');
  };
  const inFlight = put(gateway.url, MOVING);
  await until(() => w.monolith.seen.length === 1);
  const fence = await openFence(w.pool, { service: 'users', fromShare: 0, toShare: 5_000, limitMs: 60_000 });
  await assert.rejects(awaitAcks(w.pool, fence.id, { timeoutMs: 100 }), { code: 'fence-not-acknowledged' });
  await assert.rejects(
    withTransaction(w.pool, (client) => commitFences(client, [fence.id], withShare(w.table, 5_000))),
    { code: 'fence-not-acknowledged' },
  );
  assert.equal(
    (await readTable(w.pool))?.version,
    1,
    'a commit without acknowledgement leaves nothing behind',
  );
  finish();
  await inFlight;
  await awaitAcks(w.pool, fence.id, { timeoutMs: 60_000 });
  assert.equal(await abortFence(w.pool, fence.id), 'aborted');
});

test('a worker that passes its deadline aborts the fence and lets the held go to the old side', async (t) => {
  const w = await world(t);
  const { gateway } = await gatewayOf(t, w);
  const fence = await openFence(w.pool, { service: 'users', fromShare: 0, toShare: 10_000, limitMs: 150 });
  await awaitAcks(w.pool, fence.id, { timeoutMs: 60_000 }).catch(({ code }) => {
    // On a slow machine the deadline is over by now, and what follows is the same.
    assert.equal(code, 'fence-not-holding');
  });
  assert.equal(await from(put(gateway.url, MOVING)), 'monolith');
  await assert.rejects(
    withTransaction(w.pool, (client) => commitFences(client, [fence.id], withShare(w.table, 10_000))),
    { code: 'fence-not-holding' },
  );
  assert.equal(await abortFence(w.pool, fence.id), 'aborted');
});

test('abort after commit says committed, commit after abort fails', async (t) => {
  const { pool, table } = await world(t);
  const one = await openFence(pool, { service: 'users', fromShare: 0, toShare: 100, limitMs: 60_000 });
  await assert.rejects(openFence(pool, { service: 'users', fromShare: 0, toShare: 200, limitMs: 60_000 }), {
    code: 'fence-open',
  });
  await withTransaction(pool, (client) => commitFences(client, [one.id], withShare(table, 100)));
  assert.equal(await abortFence(pool, one.id), 'committed');
  const two = await openFence(pool, { service: 'users', fromShare: 100, toShare: 0, limitMs: 60_000 });
  assert.deepEqual(await abortOpenFences(pool), [two.id]);
  await assert.rejects(
    withTransaction(pool, (client) => commitFences(client, [two.id], withShare(table, 0))),
    { code: 'fence-not-holding' },
  );
});

test('fences of which nobody knows whether they are open are withdrawn, and their opening comes too late', async (t) => {
  const { pool, table } = await world(t);
  const step = { fromShare: 0, toShare: 100, fences: [{ id: randomUUID(), service: 'users' }] };
  assert.equal(await withdrawFences(pool, step), 'aborted');
  await assert.rejects(openFences(pool, { ...step, limitMs: 60_000 }), { code: 'fence-open' });

  const open = { ...step, fences: [{ id: randomUUID(), service: 'users' }] };
  await openFences(pool, { ...open, limitMs: 60_000 });
  assert.equal(await withdrawFences(pool, open), 'aborted');

  const committed = { ...step, fences: [{ id: randomUUID(), service: 'users' }] };
  await openFences(pool, { ...committed, limitMs: 60_000 });
  await withTransaction(pool, (client) =>
    commitFences(client, [committed.fences[0]!.id], withShare(table, 100)),
  );
  assert.equal(await withdrawFences(pool, committed), 'committed');
});

test('a withdrawal waits for an opening that is under way, and ends it', async (t) => {
  const { pool } = await world(t);
  const step = { fromShare: 0, toShare: 100, fences: [{ id: randomUUID(), service: 'users' }] };
  let withdrawn: Promise<string> = Promise.resolve('');
  await withTransaction(pool, async (client) => {
    await openFences(client, { ...step, limitMs: 60_000 });
    withdrawn = withdrawFences(pool, step);
    await until(async () => {
      const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
      return rows.length > 0;
    });
  });
  assert.equal(await withdrawn, 'aborted');
  const { rows } = await pool.query('SELECT state FROM control.fences');
  assert.deepEqual(rows, [{ state: 'aborted' }]);
});

test('an abort that races a commit waits for it and reports it', async (t) => {
  const { pool, table } = await world(t);
  const fence = await openFence(pool, { service: 'users', fromShare: 0, toShare: 100, limitMs: 60_000 });
  let abort: Promise<string> = Promise.resolve('');
  await withTransaction(pool, async (client) => {
    await commitFences(client, [fence.id], withShare(table, 100));
    abort = abortFence(pool, fence.id);
    await until(async () => {
      const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
      return rows.length > 0;
    });
  });
  assert.equal(await abort, 'committed');
});

test('a worker that is gone does not stop a fence, one that lives does', async (t) => {
  const w = await world(t);
  const first = await gatewayOf(t, w);
  await w.pool.query(
    `INSERT INTO control.workers (id, lease_until, version) VALUES ('dead', now() - interval '1 s', 1),
                                                                    ('deaf', now() + interval '1 min', 1)`,
  );
  assert.equal(await countLiveWorkers(w.pool), 2);
  const fence = await openFence(w.pool, { service: 'users', fromShare: 0, toShare: 100, limitMs: 60_000 });
  await assert.rejects(awaitAcks(w.pool, fence.id, { timeoutMs: 300 }), (error: Error) => {
    assert.match(error.message, /deaf$/);
    return true;
  });
  await w.pool.query(`DELETE FROM control.workers WHERE id = 'deaf'`);
  await awaitAcks(w.pool, fence.id, { timeoutMs: 60_000 });
  await assert.rejects(awaitAcks(w.pool, fence.id, { timeoutMs: 50, graceMs: 60_000 }), /dead/);
  await abortFence(w.pool, fence.id);
  await first.gateway.stop();
  assert.equal(await countLiveWorkers(w.pool), 0, 'a worker that stops gives its lease back');
});

test('a worker whose lease ran out holds writes on routes of services, and lets them go when it has one', async (t) => {
  const w = await world(t, 5_000);
  const { gateway } = await gatewayOf(t, w, 400, { onError: () => {} });
  await w.pool.query('ALTER TABLE control.workers RENAME TO workers_away');
  await until(async () => /banyan_gateway_leased 0/.test(await gateway.metrics()));
  const held = put(gateway.url, MOVING);
  assert.equal(await from(fetch(`${gateway.url}/me`, { headers: { 'x-key': MOVING } })), 'service');
  assert.equal(await from(fetch(`${gateway.url}/other`, { method: 'POST' })), 'monolith');
  assert.equal(w.service.seen.filter(({ method }) => method === 'PUT').length, 0);
  await w.pool.query('ALTER TABLE control.workers_away RENAME TO workers');
  assert.equal(await from(held), 'service');
});

test('a killed notification connection is replaced, and nothing is missed', async (t) => {
  const w = await world(t);
  const { gateway } = await gatewayOf(t, w);
  await w.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'banyan-gateway%'`,
  );
  await publishTable(w.pool, withShare(w.table, 10_000));
  await until(() => gateway.version() === 2);
  assert.equal(await from(put(gateway.url, MOVING)), 'service');
});

test('mismatches are kept with both answers, NUL characters and all', async (t) => {
  const w = await world(t);
  const source = postgresSource({ url: w.url, workerId: 'one', settleUrl: null, token: '' });
  const answer = (body: string) => ({ status: 200, headers: {}, body });
  await source.storeMismatch({
    service: 'users',
    route: 'GET /me',
    at: '2026-01-01T00:00:00.000Z',
    version: 1,
    curl: 'curl /me',
    differences: [{ pointer: '/name', monolith: 'a\0', service: 'b' }],
    answers: { monolith: answer('a\0'), service: answer('b') },
  });
  const [stored] = await readMismatches(w.pool, { service: 'users', limit: 10 });
  assert.equal(stored?.differences[0]?.service, 'b');
  assert.equal(stored?.service_answer.body, 'b');
  assert.equal(stored?.at, '2026-01-01T00:00:00.000Z');
  await source.close();
});

test('a worker never takes an older table than it has for the present one, and says so', async (t) => {
  const { pool, url, table } = await world(t);
  const source = postgresSource({ url, workerId: 'one', settleUrl: null, token: '' });
  t.after(() => source.close());
  await publishTable(pool, withShare(table, 5_000));
  assert.equal((await source.load()).table.version, 2);
  await pool.query('DELETE FROM control.route_tables WHERE version = 2');
  await assert.rejects(source.load(), /newest route table is 1, and this worker goes by 2: .*older backup/);
});
