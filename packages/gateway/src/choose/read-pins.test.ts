import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { SignJWT } from 'jose';
import type pg from 'pg';
import { publishTable } from '../control/fence.ts';
import { pinStore } from '../control/pin-store.ts';
import { postgresSource } from '../control/postgres-source.ts';
import { applyGatewaySchema } from '../control/schema.ts';
import { startTestCluster } from '../testing/cluster.ts';
import { sendJson, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { ReadPins, type ReadPinsOptions } from './read-pins.ts';

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

function readPins(source: ReadPinsOptions['source'], now = () => 0): ReadPins {
  return new ReadPins({ source, now, leased: () => true, pinnable: () => true });
}

const forever = () => new Promise<boolean>(() => {});

async function lasting(pool: pg.Pool, consumer = '%'): Promise<number> {
  const sql = 'SELECT FROM control.pins WHERE consumer LIKE $1 AND until > clock_timestamp()';
  return (await pool.query(sql, [consumer])).rowCount!;
}

async function askUnknown(url: string, method = 'GET') {
  const response = await fetch(`${url}/posts`, { method, headers: { connection: 'close' } });
  const { from } = (await response.json()) as { from: string };
  return { from, marked: response.headers.get('x-banyan-stale') === 'maybe' };
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
    const before = await ask(cluster.url, 'GET', sub);
    assert.deepEqual(before, { from: 'service', marked: sub !== writers[0] }, 'somebody else has written');
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
  await until(async () => (await lasting(pool)) === 0);
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
  assert.equal((await askUnknown(deaf.url)).marked, true, 'somebody may have written what they read');
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
  await until(async () => (await pool.query('SELECT FROM control.pins')).rowCount === 2);
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
  const source = { settle: forever, pins: store };
  const pins = readPins(source);
  t.after(() => pins.stop());
  await pool.query(
    `INSERT INTO control.pins SELECT 'c' || n, 'users', 'monolith', 1, 1, clock_timestamp() + interval '1 minute'
       FROM generate_series(1, 9999) AS n`,
  );
  await pool.query('UPDATE control.pin_clock SET seq = 1');
  const pin = (consumer: string) => pins.late(consumer, ['users'], 'monolith', [['users.forward']], 1);
  assert.equal(await pin('last'), true);
  assert.equal(await pin('one too many'), false);
  const reader = readPins(source);
  await reader.refresh();
  assert.equal(reader.size, 10_000);
  assert.equal(reader.isLate('users', 'service'), true, 'marks do not count');
  assert.deepEqual([reader.get('last', 'users'), reader.get('one too many', 'users')], ['monolith', null]);
  await store.lift(
    Array.from({ length: 9_999 }, (_, n) => ({ consumer: `c${n + 1}`, service: 'users', seq: 1 })),
  );
  await reader.refresh();
  assert.equal(reader.size, 1);
  await pool.query(`UPDATE control.pins SET until = until - interval '11 seconds' WHERE consumer LIKE 'c%'`);
  assert.equal(await pin('after'), true);
  const { rowCount } = await pool.query(`SELECT FROM control.pins WHERE consumer NOT LIKE '*%'`);
  assert.equal(rowCount, 2, 'what has ended is dropped');
});

test('pins written at once are seen in the order of their numbers', async (t) => {
  const { pool } = await controlDatabase(t);
  const store = pinStore(pool, 'one', LEASE_MS);
  const write = async (consumer: string) => {
    const pins = [{ consumer, service: 'users', side: 'service' as const }];
    return (await store.write({ pins, version: 1, forMs: 60_000, most: 1_000 })).seq;
  };
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
  const source = { settle: forever, pins: store };
  const [writer, reader] = [1, 2].map(() => readPins(source));
  await writer!.late('me', ['users'], 'monolith', [['users.forward']], 1);
  reader!.moved('users', 2);
  await reader!.refresh();
  assert.equal(reader!.get('me', 'users'), null);
  await writer!.late('me', ['users'], 'service', [['users.reverse']], 2);
  await reader!.refresh();
  assert.equal(reader!.get('me', 'users'), 'service');
  for (const pins of [writer, reader]) pins!.stop();
});

test('who reads where a write of somebody else has not arrived is told so, by any worker, until it has', async (t) => {
  const { applier, pool, gatewayOf } = await world(t);
  const [here, there] = [
    await gatewayOf('here', LONG_LEASE_MS),
    await gatewayOf('of another machine', LONG_LEASE_MS),
  ];
  const [writer, onService] = readers(2) as [string, string];
  const onMonolith = Array.from({ length: 100 }, (_, id) => String(id)).find(
    (id) => !isServiceSide(5_000, 'users', id),
  )!;
  assert.deepEqual(await ask(there.url, 'GET', onService), { from: 'service', marked: false });
  assert.deepEqual(await ask(here.url, 'POST', writer), { from: 'monolith', marked: false });
  for (const { url } of [here, there]) {
    assert.deepEqual(await ask(url, 'GET', onService), { from: 'service', marked: true });
    assert.deepEqual(await ask(url, 'GET', onMonolith), { from: 'monolith', marked: false });
    assert.deepEqual(await askUnknown(url), { from: 'monolith', marked: false });
    assert.deepEqual(await ask(url, 'GET', writer), { from: 'monolith', marked: false }, 'pinned');
  }
  applier.settled = true;
  for (const { url } of [here, there]) await until(async () => !(await ask(url, 'GET', onService)).marked);
  await until(async () => (await lasting(pool)) === 0);
});

test('what somebody unknown has written is marked for others too', async (t) => {
  const { gatewayOf } = await world(t);
  const [here, there] = [
    await gatewayOf('here', LONG_LEASE_MS),
    await gatewayOf('of another machine', LONG_LEASE_MS),
  ];
  const [onService] = readers(1) as [string];
  assert.deepEqual(await askUnknown(here.url, 'POST'), { from: 'monolith', marked: true });
  assert.deepEqual(await ask(there.url, 'GET', onService), { from: 'service', marked: true });
});

test('a mark stays until its link has passed, longer than a pin, and marks that wait for other links do not end it', async (t) => {
  const { pool } = await controlDatabase(t);
  const store = pinStore(pool, 'one', LEASE_MS);
  let now = 0;
  const passed = new Set<string>();
  const settle = async (waves: string[][]) => waves.flat().every((link) => passed.has(link));
  const writer = readPins({ settle, pins: store }, () => now);
  const reader = readPins({ settle, pins: store });
  t.after(() => writer.stop());
  const isLate = async () => {
    await reader.refresh();
    return reader.isLate('orders', 'service');
  };
  const end = async () => {
    const { rows } = await pool.query(`SELECT until FROM control.pins WHERE consumer = '*orders.forward'`);
    return Number(rows[0].until);
  };
  await writer.late('me', ['users'], 'service', [['users.reverse'], ['orders.forward']], 1);
  await writer.late('you', ['orders'], 'monolith', [['orders.forward']], 1);
  while (now < 120_000) {
    const before = await end();
    now += 45_000;
    await until(async () => (await end()) > before);
    assert.equal(await isLate(), true);
  }
  passed.add('orders.forward');
  await until(async () => (await lasting(pool, '*orders.forward')) === 0);
  assert.equal(await isLate(), true, 'the other write has not come as far as the monolith');
  passed.add('users.reverse');
  await until(async () => !(await isLate()));
});
