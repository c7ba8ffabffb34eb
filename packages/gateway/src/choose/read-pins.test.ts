import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { SignJWT } from 'jose';
import { publishTable } from '../control/fence.ts';
import { pinStore } from '../control/pin-store.ts';
import { postgresSource } from '../control/postgres-source.ts';
import { applyGatewaySchema } from '../control/schema.ts';
import { startTestCluster } from '../testing/cluster.ts';
import { sendJson, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { pinnableServices, ReadPins } from './read-pins.ts';

const SECRET = 'x'.repeat(32);
const LEASE_MS = 3_000;
/** So long that no stall of a busy machine makes a worker unsure. */
const LONG_LEASE_MS = 20_000;

async function controlDatabase(t: TestContext) {
  const url = await (await testServer()).database();
  const pool = createPool(url, { max: 4 });
  t.after(() => pool.end());
  await applyGatewaySchema(pool);
  return { url, pool };
}

/** An applier whose link has passed nothing until it is told that it has. */
async function startApplier(t: TestContext) {
  const applier = { settled: false, url: '' };
  const server = createServer((req, res) => {
    req.resume().on('end', () => sendJson(res, 200, { settled: applier.settled }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  applier.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return applier;
}

async function world(t: TestContext) {
  const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
  const { url, pool } = await controlDatabase(t);
  const applier = await startApplier(t);
  const route = {
    method: '*',
    path: '/posts',
    key: { from: 'none' as const },
    settle: { monolith: [['users.forward']], service: [] },
  };
  const table = tableOf({ monolith: monolith.url, service: service.url }, 5_000, [route], {
    issuers: [{ name: 'm', issuer: '', algorithm: 'HS256', secret: SECRET }],
    settleMs: 10,
  });
  await publishTable(pool, table);
  const gatewayOf = async (workerId: string, leaseMs = LEASE_MS) => {
    const source = postgresSource({ url, workerId, settleUrl: applier.url, token: '', leaseMs });
    const { gateway } = await startTestGateway(t, table, { source: source as never, onError: () => {} });
    return gateway;
  };
  return { url, pool, applier, table, gatewayOf };
}

/** Readers of the service: a read of theirs that goes to the service does not see what they wrote on the monolith. */
function readers(count: number): string[] {
  const names: string[] = [];
  for (let id = 0; names.length < count; id++)
    if (isServiceSide(5_000, 'users', String(id))) names.push(String(id));
  return names;
}

async function ask(url: string, method: string, sub: string) {
  const token = await new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
  const headers = { authorization: `Bearer ${token}`, connection: 'close' };
  const response = await fetch(`${url}/posts`, { method, headers });
  const { from } = (await response.json()) as { from: string };
  return { from, marked: response.headers.get('x-banyan-stale') === 'maybe' };
}

test('right after the answer of a write that did not settle no worker of any gateway reads the other side', async (t) => {
  const { url, pool, applier, gatewayOf } = await world(t);
  const start = `return startGateway({ port, source: postgresSource({ url: process.env.CONTROL,
    workerId: String(process.pid), settleUrl: process.env.APPLIER, token: '', leaseMs: ${LONG_LEASE_MS} }) });`;
  const cluster = await startTestCluster(t, start, { CONTROL: url, APPLIER: applier.url });
  const other = await gatewayOf('of another machine', LONG_LEASE_MS);
  const writers = readers(20);
  for (const sub of writers) {
    assert.deepEqual(await ask(cluster.url, 'GET', sub), { from: 'service', marked: false });
    assert.deepEqual(await ask(cluster.url, 'POST', sub), { from: 'monolith', marked: false });
    const reads = await Promise.all(
      [cluster.url, cluster.url, cluster.url, cluster.url, other.url, other.url].map((at) =>
        ask(at, 'GET', sub),
      ),
    );
    assert.deepEqual(
      reads,
      reads.map(() => ({ from: 'monolith', marked: false })),
    );
  }
  applier.settled = true;
  for (const sub of writers)
    for (const at of [cluster.url, cluster.url, other.url])
      await until(async () => (await ask(at, 'GET', sub)).from === 'service');
  assert.equal((await pool.query('SELECT FROM control.pins WHERE until > clock_timestamp()')).rowCount, 0);
});

test('a worker that no longer hears of pins marks the reads that one may concern, and nothing else', async (t) => {
  const { pool, gatewayOf } = await world(t);
  const [writer, deaf] = [await gatewayOf('writer'), await gatewayOf('deaf')];
  const [sub] = readers(1) as [string];
  assert.deepEqual(await ask(deaf.url, 'GET', sub), { from: 'service', marked: false });
  // Both can go on reading the table and hold their leases; only pins are out of reach.
  await pool.query('ALTER TABLE control.pins RENAME TO away');
  assert.deepEqual(await ask(writer.url, 'POST', sub), { from: 'monolith', marked: true }, 'nobody is told');
  await until(async () => (await ask(deaf.url, 'GET', sub)).marked);
  const unknown = await fetch(`${deaf.url}/posts`);
  assert.equal(unknown.headers.get('x-banyan-stale'), null, 'whom nobody knows nobody pins');
  await pool.query('ALTER TABLE control.away RENAME TO pins');
  await until(async () => !(await ask(deaf.url, 'GET', sub)).marked);
});

test('the answer of a write waits for a worker that has a lease and has not seen the pin, no longer than the lease', async (t) => {
  const { pool, gatewayOf } = await world(t);
  const writer = await gatewayOf('writer');
  await pool.query(
    `INSERT INTO control.workers (id, lease_until, version, pins_seen)
     VALUES ('silent', clock_timestamp() + interval '1 minute', 1, 0)`,
  );
  const [first, second] = readers(2) as [string, string];
  let answered = false;
  const write = ask(writer.url, 'POST', first).finally(() => {
    answered = true;
  });
  await until(async () => (await pool.query('SELECT FROM control.pins')).rowCount === 1);
  await new Promise(setImmediate);
  assert.equal(answered, false);
  await pool.query(`UPDATE control.workers SET pins_seen = 1 WHERE id = 'silent'`);
  assert.equal((await write).marked, false);
  // It says nothing about the second: by the end of its lease it would mark its answers.
  assert.equal((await ask(writer.url, 'POST', second)).from, 'monolith');
});

test('10,000 pins are kept, in the control database and in a worker; the next write is marked', async (t) => {
  const { pool } = await controlDatabase(t);
  const store = pinStore(pool, 'one', LEASE_MS);
  const source = { settle: () => new Promise<boolean>(() => {}), pins: store };
  const pins = new ReadPins({ source, now: () => 0, leased: () => true });
  t.after(() => pins.stop());
  await pool.query(
    `INSERT INTO control.pins SELECT 'c' || n, 'users', 'monolith', 1, 1, clock_timestamp() + interval '1 minute'
       FROM generate_series(1, 9999) AS n`,
  );
  await pool.query('UPDATE control.pin_clock SET seq = 1');
  const pin = (consumer: string) => pins.pin(consumer, ['users'], 'monolith', [['users.forward']], 1);
  assert.equal(await pin('last'), true);
  assert.equal(await pin('one too many'), false);
  const reader = new ReadPins({ source, now: () => 0, leased: () => true });
  await reader.refresh();
  assert.equal(reader.size, 10_000);
  assert.deepEqual([reader.get('last', 'users'), reader.get('one too many', 'users')], ['monolith', null]);
  await store.lift([1]);
  await reader.refresh();
  assert.equal(reader.size, 1);
  await pool.query(`UPDATE control.pins SET until = until - interval '11 seconds' WHERE consumer LIKE 'c%'`);
  assert.equal(await pin('after'), true);
  assert.equal((await pool.query('SELECT FROM control.pins')).rowCount, 2, 'what has ended is dropped');
});

test('pins written at once are seen in the order of their numbers', async (t) => {
  const { pool } = await controlDatabase(t);
  const store = pinStore(pool, 'one', LEASE_MS);
  const write = (consumer: string) =>
    store.write({ consumer, services: ['users'], side: 'service', version: 1, forMs: 60_000, most: 1_000 });
  const seen = new Set<number>();
  let last = 0;
  let writing = true;
  const writes = Promise.all(Array.from({ length: 200 }, (_, n) => write(String(n)))).finally(() => {
    writing = false;
  });
  while (writing || last < 200) {
    const { seq, rows } = await store.changes(last);
    for (const row of rows) seen.add(row.seq);
    last = seq;
  }
  assert.equal(new Set(await writes).size, 200);
  assert.equal(seen.size, 200);
});

test('a pin of before a fenced step is not taken over after it, one of after it is', async (t) => {
  const { pool } = await controlDatabase(t);
  const store = pinStore(pool, 'one', LEASE_MS);
  const source = { settle: () => new Promise<boolean>(() => {}), pins: store };
  const [writer, reader] = [1, 2].map(() => new ReadPins({ source, now: () => 0, leased: () => true }));
  await writer!.pin('me', ['users'], 'monolith', [['users.forward']], 1);
  reader!.moved('users', 2);
  await reader!.refresh();
  assert.equal(reader!.get('me', 'users'), null);
  await writer!.pin('me', ['users'], 'service', [['users.reverse']], 2);
  await reader!.refresh();
  assert.equal(reader!.get('me', 'users'), 'service');
  for (const pins of [writer, reader]) pins!.stop();
});

test('readers of services that no write settles for are never marked', () => {
  const urls = { monolith: 'http://127.0.0.1:1' };
  const settle = { monolith: [['users.forward']], service: [] };
  assert.deepEqual([...pinnableServices(tableOf(urls, 100, [{ method: 'GET', path: '/' }]))], []);
  assert.deepEqual([...pinnableServices(tableOf(urls, 0, [{ method: 'PUT', path: '/', settle }]))], []);
  assert.deepEqual(
    [...pinnableServices(tableOf(urls, 100, [{ method: 'PUT', path: '/', settle }]))],
    ['users'],
  );
  const unmoved = [{ method: 'PUT', path: '/x', settle: [['users.forward']] }];
  assert.deepEqual([...pinnableServices(tableOf(urls, 100, [], { unmoved }))], ['users']);
});
