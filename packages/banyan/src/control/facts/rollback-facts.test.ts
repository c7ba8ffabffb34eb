import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { applyGatewaySchema } from '@banyan/gateway';
import { resolvePlan } from '@banyan/plan';
import { aPlan, aService } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { copy, table } from '@banyan/replication';
import { Ledger } from '../../rollout/evidence/ledger.ts';
import { createOperations } from '../operations/operations.ts';
import * as store from '../store/store.ts';
import { Baselines } from './baselines.ts';
import { RollbackFacts } from './rollback-facts.ts';

/** The address of something that takes connections and says nothing. */
async function aSilentDatabase(t: TestContext): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `postgres://127.0.0.1:${(server.address() as AddressInfo).port}/silent`;
}

/** Users, at 50 %, whose database knows of a biography. */
async function aSystem(t: TestContext) {
  const server = await testServer();
  const [control, monolith, users] = await Promise.all(
    ['control', 'monolith', 'users'].map((name) => server.database(name)),
  );
  const pools = [control!, monolith!, users!].map((url) => createPool(url, { max: 2 }));
  t.after(() => Promise.all(pools.map((pool) => pool.end())));
  const [pool, legacy, own] = pools;
  await legacy!.query(
    'CREATE TABLE people (id int PRIMARY KEY); CREATE TABLE notes (of int REFERENCES people)',
  );
  await own!.query('CREATE TABLE people (id int PRIMARY KEY, biography text)');
  const mapped = table({
    legacy: 'people',
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: [copy('id')],
  });
  const plan = resolvePlan(
    aPlan({
      monolith: { url: 'http://127.0.0.1:1', database: monolith!, health: null },
      control: { database: control! },
      services: { users: aService('users', { database: users!, health: null, tables: [mapped] }) },
    }),
  );
  await applyGatewaySchema(pool!);
  await store.applyControlSchema(pool!);
  await store.ensureServices(pool!, ['users']);
  await pool!.query(`UPDATE control.services SET stage = 'canary', share = 5000`);
  const link = { link: 'users.reverse', service: 'users', state: 'streaming', lagMs: 0, error: null };
  await store.writeLinks(pool!, [link as Parameters<typeof store.writeLinks>[1][number]]);
  return { pool: pool!, plan };
}

test('a status waits for no database but its own', async (t) => {
  const { pool, plan } = await aSystem(t);
  plan.services.users!.database = await aSilentDatabase(t);
  plan.monolith.database = await aSilentDatabase(t);
  const rollbackFacts = new RollbackFacts(plan);
  const control = createOperations({
    pool,
    plan,
    ledger: new Ledger(pool),
    baselines: new Baselines(pool),
    refusals: { of: () => 0, excusedOf: () => 0 },
    rollbackFacts,
  });
  let over = false;
  const looking = rollbackFacts.look(new Date()).then(() => {
    over = true;
  });
  const { services } = await control.status();
  assert.equal(over, false);
  assert.match(services[0]!.rollbackImpact.details.at(-1)!, /not known: its database has not answered yet/);
  await looking; // its own time limit ends it
  assert.equal(rollbackFacts.onlyOnService('users'), null);
});

test('who is made of what a service tells is read anew at each look, and known on of a database that is away', async (t) => {
  const { pool, plan } = await aSystem(t);
  plan.services.users!.facts = 'file:///facts.ts';
  const figures = { ...plan.services.users!, name: 'figures', database: plan.control.database, tables: [] };
  plan.services.figures = figures;
  const rollbackFacts = new RollbackFacts(plan);
  await rollbackFacts.lookWhoHears();
  assert.deepEqual(rollbackFacts.hearersOf('users'), [], 'nobody has asked for anything');
  await pool.query(
    `CREATE SCHEMA banyan_events;
     CREATE TABLE banyan_events.backfills_asked (owner text, refusal text, told bigint);
     INSERT INTO banyan_events.backfills_asked VALUES ('users', NULL), ('figures', 'it tells none')`,
  );
  await rollbackFacts.lookWhoHears();
  assert.deepEqual([rollbackFacts.hearersOf('users'), rollbackFacts.hearersOf('figures')], [['figures'], []]);
  figures.database = 'postgres://127.0.0.1:1/nowhere';
  await rollbackFacts.lookWhoHears();
  assert.deepEqual(rollbackFacts.hearersOf('users'), ['figures']);
  plan.services.users!.facts = null;
  assert.deepEqual(rollbackFacts.hearersOf('users'), [], 'it tells nothing of rows');
});

test('what was read of a database is told on when it no longer answers, with its age', async (t) => {
  const { plan } = await aSystem(t);
  const rollbackFacts = new RollbackFacts(plan);
  const first = new Date('2026-01-05T00:00:00Z');
  await rollbackFacts.look(first);
  const known = { names: ['people.biography'], at: first, stale: false };
  assert.deepEqual(rollbackFacts.onlyOnService('users'), known);
  assert.deepEqual(rollbackFacts.referring('users'), {
    names: ['public.notes (notes_of_fkey)'],
    at: first,
    stale: false,
  });
  plan.services.users!.database = 'postgres://127.0.0.1:1/nowhere';
  await rollbackFacts.look(new Date(first.getTime() + 60_000));
  assert.deepEqual(rollbackFacts.onlyOnService('users'), known, 'nothing is read again so soon');
  const later = new Date(first.getTime() + 600_000);
  await rollbackFacts.look(later);
  assert.deepEqual(rollbackFacts.onlyOnService('users'), { ...known, stale: true });
  assert.deepEqual(rollbackFacts.referring('users')?.at, later);
});
