import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { resolvePlan } from '@banyan/plan';
import { FULL_SHARE } from '@banyan/plan/stages';
import { aPlan, aRoute, aService } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { copy, table } from '@banyan/replication';
import type pg from 'pg';
import pino from 'pino';
import { ControlClient, controlOrigin } from '../../api/client.ts';
import { serveApi } from '../../api/server.ts';
import { startApplier } from '../../applier/applier.ts';
import { serveApplier } from '../../applier/server.ts';
import { MAIN, run, writePlan } from '../../testing/run-cli.ts';
import type { DatabasesReport } from '../control.ts';
import { startController } from '../controller.ts';
import { connectApplier } from '../step/applier-client.ts';
import * as store from '../store/store.ts';
import { createOperations } from './operations.ts';

const TOKEN = 't'.repeat(32);
const log = pino({ level: 'silent' });

/** Controller, applier and API over real databases, of two services with tables of their own. */
async function aSystem(t: TestContext) {
  const server = await testServer();
  const names = ['monolith', 'control', 'cart', 'stock_list'];
  const [monolith, control, cart, stock] = await Promise.all(names.map((name) => server.database(name)));
  const pools = [monolith!, control!, cart!].map((url) => createPool(url, { max: 2 }));
  const [legacy, state, own] = pools as [pg.Pool, pg.Pool, pg.Pool];
  const tables = {
    carts: 'CREATE TABLE carts (id int PRIMARY KEY, note text)',
    stocks: 'CREATE TABLE stocks (id int PRIMARY KEY, count int)',
  };
  await legacy.query(
    `${tables.carts}; ${tables.stocks}; INSERT INTO carts VALUES (1, 'a'); INSERT INTO stocks VALUES (1, 7)`,
  );
  await own.query(tables.carts);
  const stockPool = createPool(stock!, { max: 1 });
  await stockPool.query(tables.stocks);
  await stockPool.end();
  const service = (name: string, database: string, of: string, column: string) =>
    aService(name, {
      database,
      health: null,
      routes: [aRoute(`GET /${name}/:id`, 'params.id')],
      tables: [
        table({
          legacy: of,
          owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
          columns: [copy('id', column)],
        }),
      ],
    });
  const raw = aPlan({
    monolith: { url: 'http://127.0.0.1:1', database: monolith!, health: null },
    control: { database: control! },
    services: {
      cart: service('cart', cart!, 'carts', 'note'),
      stock_list: service('stock_list', stock!, 'stocks', 'count'),
    },
  });
  const plan = resolvePlan(raw);
  const applier = await startApplier({ plan, log });
  const applierApi = await serveApplier(applier, { host: '127.0.0.1', port: 0, token: TOKEN });
  const { port } = applierApi.server.address() as { port: number };
  const controller = await startController({
    plan,
    applier: connectApplier(`http://127.0.0.1:${port}`, TOKEN),
    log,
  });
  const api = await serveApi(createOperations(controller.sources), {
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
  });
  t.after(async () => {
    await api.close();
    await controller.stop();
    await applierApi.close();
    await applier.stop();
    await Promise.all(pools.map((pool) => pool.end()));
  });
  plan.control.port = api.port;
  const client = new ControlClient(controlOrigin(plan), TOKEN);
  const until = async <T>(holds: () => Promise<T | false>): Promise<T> => {
    for (;;) {
      const found = await holds();
      if (found !== false) return found;
      await delay(50, undefined, { signal: t.signal });
    }
  };
  const migrate = async (name: string) => {
    await store.setTarget(state, name, { stage: 'migrated', share: FULL_SHARE }, { reason: 'test' });
    await store.enterStage(state, name, { stage: 'migrated', share: FULL_SHARE, version: 1 });
    await store.announce(state);
    await until(async () => {
      const one = (await client.status()).services.find(({ service: of }) => of === name)!;
      const verified =
        one.verification.length > 0 && one.verification.every(({ verdict }) => verdict === 'CONSISTENT');
      return verified && one.links.every((link) => link.state === 'streaming');
    });
  };
  const arrived = (name: string, stage: string) =>
    until(async () =>
      (await client.status()).services.some((one) => one.service === name && one.stage === stage),
    );
  return { raw, plan, client, legacy, api, until, migrate, arrived };
}

function namesOf({ things }: DatabasesReport, state: string): string[] {
  return things
    .filter((thing) => thing.state === state)
    .map(({ where, kind, name }) => `${where} ${kind} ${name}`);
}

test('all that is put into the databases is listed while its stage needs it, and is gone after retire and rollback', {
  timeout: 240_000,
}, async (t) => {
  const { raw, client, legacy, api, until, migrate, arrived } = await aSystem(t);
  await migrate('cart');
  await migrate('stock_list');
  const used = await until(async () => {
    const report = await client.databases('stock_list');
    return report.things.some(({ kind }) => kind === 'guard') && report;
  });
  const triggers = used.things.filter(({ kind }) => kind === 'trigger').map(({ name }) => name);
  // One for UPDATE and DELETE, one for TRUNCATE.
  assert.equal(triggers.length, 2);
  for (const name of triggers) assert.match(name, /^banyan_guard_stock_list_[0-9a-f]{8} on public\.stocks$/);
  assert.deepEqual(namesOf(used, 'used').sort(), [
    ...triggers.map((name) => `monolith.database function ${name.split(' ')[0]}`).sort(),
    'monolith.database guard stock_list',
    'monolith.database origin banyan_stock_list_reverse',
    'monolith.database publication banyan_stock_list_forward',
    'monolith.database record stock_list.reverse',
    'monolith.database sequence excused_stock_list',
    'monolith.database sequence refused_stock_list',
    'monolith.database slot banyan_stock_list_forward',
    ...triggers.map((name) => `monolith.database trigger ${name}`).sort(),
    'services.stock_list.database origin banyan_stock_list_forward',
    'services.stock_list.database publication banyan_stock_list_reverse',
    'services.stock_list.database record stock_list.forward',
    'services.stock_list.database slot banyan_stock_list_reverse',
  ]);
  assert.ok(
    used.things.every(
      ({ state, remove, service }) => state === 'used' && remove === null && service === 'stock_list',
    ),
  );

  // Retired by the command line and its API, as an operator does it; the other goes back.
  const folder = mkdtempSync(join(tmpdir(), 'banyan-inventory-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writePlan(folder, api.port, { ...raw, control: { ...raw.control, token: TOKEN } });
  const retired = await run([MAIN, 'retire', 'stock_list', '--yes'], folder).ended;
  assert.equal(retired.code, 0, retired.stderr);
  await client.rollback('cart', '');
  await arrived('cart', 'monolith');
  const rest = await until(async () => {
    const report = await client.databases(null);
    return report.things.every(({ state }) => state === 'kept') && report;
  });
  assert.deepEqual([namesOf(rest, 'used'), namesOf(rest, 'leftover'), rest.unreachable], [[], [], []]);
  const kept = rest.things.find(({ where, kind }) => where === 'monolith.database' && kind === 'schema')!;
  await legacy.query(kept.remove!);
  assert.deepEqual(
    (await client.databases(null)).things.filter(({ where }) => where === 'monolith.database'),
    [],
  );
});

test('what a service has left that the plan no longer names is a leftover, and its statements remove it', {
  timeout: 240_000,
}, async (t) => {
  const { client, legacy } = await aSystem(t);
  await legacy.query(
    `CREATE SCHEMA IF NOT EXISTS banyan; CREATE SEQUENCE banyan.refused_gone;
     CREATE FUNCTION banyan.banyan_guard_gone_0123abcd() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER banyan_guard_gone_0123abcd BEFORE UPDATE ON carts FOR EACH ROW EXECUTE FUNCTION banyan.banyan_guard_gone_0123abcd();
     CREATE PUBLICATION banyan_gone_forward; CREATE PUBLICATION reports`,
  );
  await legacy.query(`SELECT pg_create_logical_replication_slot('banyan_gone_forward', 'pgoutput')`);
  const found = (await client.databases(null)).things.filter(({ state }) => state === 'leftover');
  assert.deepEqual(found.map(({ kind, service }) => `${service} ${kind}`).sort(), [
    'gone function',
    'gone publication',
    'gone sequence',
    'gone slot',
    'gone trigger',
  ]);
  for (const { remove } of found) await legacy.query(remove!);
  assert.deepEqual(namesOf(await client.databases(null), 'leftover'), []);
  const { rows } = await legacy.query('SELECT pubname FROM pg_publication');
  assert.deepEqual(rows, [{ pubname: 'reports' }]);
});

test('a status does not wait for databases that do not answer', async (t) => {
  const { plan, client } = await aSystem(t);
  plan.services.cart!.database = 'postgres://127.0.0.1:1/nowhere';
  assert.equal((await client.status()).databases, null);
  const { unreachable, things } = await client.databases(null);
  assert.deepEqual(
    unreachable.map(({ where }) => where),
    ['services.cart.database'],
  );
  assert.ok(things.every(({ where }) => where !== 'services.cart.database'));
  assert.equal((await client.status()).databases?.unreachable, 1);
});
