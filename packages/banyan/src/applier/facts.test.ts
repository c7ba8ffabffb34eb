import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Bus, type Envelope, openPostgresBus, slotName, startRelay } from '@banyan/events/machinery';
import { createPool, dropSlot } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { copy, type Link, type LinkConfig, openLink, table } from '@banyan/replication';
import type pg from 'pg';
import { contracts } from '../testing/account-facts.ts';
import { loadFacts } from './facts.ts';

const FACTS = import.meta.resolve('../testing/account-facts.ts');
const ACCOUNTS = 'CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, note text)';
const KEYS = 200;
const log = { info() {}, warn() {}, error() {} };

type World = {
  legacy: pg.Pool;
  service: pg.Pool;
  forward: LinkConfig;
  /** What a consumer has got, in its order. */
  got: Envelope[];
  /** Starts the service's relay, as the service would. */
  relay(): void;
  /** Until the consumer has got all that is in the outbox. */
  delivered(): Promise<void>;
  /** Done at the end, the last one first, before the databases are left. */
  atEnd: (() => Promise<unknown> | unknown)[];
};

let bus: Bus;
before(async () => {
  bus = await openPostgresBus({ url: await (await testServer()).database('facts_bus') });
});
after(() => bus.close());

/** Monolith and service with one table, and a consumer. The service itself has never started. */
async function world(t: TestContext, service: string): Promise<World> {
  const server = await testServer();
  const [legacyUrl, serviceUrl] = [await server.database('legacy'), await server.database(service)];
  const [legacy, own] = [createPool(legacyUrl, { max: 6 }), createPool(serviceUrl, { max: 6 })];
  await legacy.query(ACCOUNTS);
  await own.query(ACCOUNTS);
  await legacy.query(`INSERT INTO accounts SELECT i, 0 FROM generate_series(1, ${KEYS}) AS i`);
  const tables = [
    table({
      legacy: 'accounts',
      owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
      columns: [copy('id', 'balance', 'note')],
    }),
  ];
  const common = { service, tables, salt: 'bank' };
  const forward: LinkConfig = { ...common, direction: 'forward', source: legacyUrl, target: serviceUrl };
  const got: Envelope[] = [];
  await bus.subscribe({
    group: service,
    types: Object.keys(contracts.events),
    handle: async (message) => {
      if (message.source === `/${contracts.system}/${service}`) got.push(message);
    },
  });
  const atEnd: World['atEnd'] = [];
  t.after(async () => {
    for (const end of atEnd.reverse()) await end();
    await dropSlot(own, await slotName(own), { force: true });
    await openLink(forward).drop();
    await Promise.all([legacy.end(), own.end()]);
  });
  return {
    legacy,
    service: own,
    forward,
    got,
    relay() {
      const relay = startRelay({ databaseUrl: serviceUrl, pool: own, bus, log });
      atEnd.push(() => relay.close());
    },
    atEnd,
    async delivered() {
      for (;;) {
        const { rows } = await own.query('SELECT count(*)::int AS count FROM banyan_events.outbox');
        if (got.length >= rows[0].count) return;
        await delay(10, undefined, { signal: t.signal });
      }
    },
  };
}

/** Runs the forward link with its facts in this process. */
async function streamHere({ forward, atEnd }: World): Promise<Link> {
  const { service: name, target: database, tables } = forward;
  const facts = await loadFacts({ name, database, facts: FACTS, tables });
  const link = openLink(forward, { observer: facts!.observer });
  await link.prepare();
  await facts!.prepare();
  await link.copy();
  const stop = new AbortController();
  const streaming = link.stream({ signal: stop.signal });
  atEnd.push(async () => {
    stop.abort();
    await streaming;
  });
  await Promise.race([link.barrier({ timeoutMs: 30_000 }), streaming]);
  return link;
}

test('what the monolith still does is published as the service would: who, why, by transaction; not the copy, not what is kept silent', {
  timeout: 120_000,
}, async (t) => {
  const at = await world(t, 'bank');
  const link = await streamHere(at);
  at.relay();
  await at.legacy.query(`
    BEGIN;
    SELECT pg_logical_emit_message(true, 'banyan.facts', '{"actor":"clerk-7","reason":"fee"}');
    UPDATE accounts SET balance = 5 WHERE id = 1;
    UPDATE accounts SET balance = 7 WHERE id = 1;
    INSERT INTO accounts VALUES (1001, 1);
    COMMIT`);
  await at.legacy.query(`
    BEGIN;
    SELECT pg_logical_emit_message(true, 'banyan.facts', '{"silent":true}');
    UPDATE accounts SET balance = 100 WHERE id > 2 AND id <= 50;
    COMMIT`);
  await at.legacy.query(`UPDATE accounts SET note = 'nobody wants to know' WHERE id = 2`);
  await at.legacy.query(
    `SELECT pg_logical_emit_message(true, 'banyan.facts', '{"silent":'); DELETE FROM accounts WHERE id = 2`,
  );
  await at.legacy.query(
    'BEGIN; INSERT INTO accounts VALUES (1002, 1); DELETE FROM accounts WHERE id = 1002; COMMIT',
  );
  await at.legacy.query('UPDATE accounts SET id = 2001, balance = 8 WHERE id = 1');
  await link.barrier({ timeoutMs: 30_000 });
  await at.delivered();
  const byType = (wanted: string) => at.got.filter(({ type }) => type === wanted);
  assert.deepEqual(
    byType('BalanceChanged').map(({ data, actor, reason }) => [data, actor, reason]),
    [
      [{ id: 1, balance: 7 }, 'clerk-7', 'fee'],
      [{ id: 2001, balance: 8 }, undefined, undefined],
    ],
  );
  assert.deepEqual(
    byType('AccountOpened').map(({ data }) => data),
    [{ id: 1001, balance: 1 }],
  );
  assert.deepEqual(
    byType('AccountClosed').map(({ data }) => data),
    [{ id: 2 }],
  );
  const [changed, opened] = [byType('BalanceChanged')[0]!, byType('AccountOpened')[0]!];
  assert.equal(changed.correlationid, opened.correlationid);
  assert.equal(changed.time, opened.time);
  assert.notEqual(byType('AccountClosed')[0]!.correlationid, opened.correlationid);
  const { rows } = await at.service.query(
    `SELECT changes::int, facts::int, unwanted::int, silent::int FROM banyan_events.replicated_facts WHERE table_name = 'public.accounts'`,
  );
  assert.deepEqual(rows, [{ changes: 53, facts: 4, unwanted: 1, silent: 48 }]);
});

test('a fact that its contract does not have stops the link before the change, and is published once that is fixed', {
  timeout: 120_000,
}, async (t) => {
  const at = await world(t, 'bank');
  const { service: name, target: database, tables } = at.forward;
  const facts = (await loadFacts({ name, database, facts: FACTS, tables }))!;
  const broken = openLink(at.forward, {
    observer: {
      ...facts.observer,
      applied: async (tx, transaction) => {
        await facts.observer.applied(tx, transaction);
        throw Object.assign(new Error('wrong fact'), { permanent: true });
      },
    },
  });
  await broken.prepare();
  await facts.prepare();
  await broken.copy();
  const streaming = broken.stream({ signal: t.signal });
  const failed = assert.rejects(streaming, /wrong fact/);
  await Promise.race([broken.barrier({ timeoutMs: 30_000 }), streaming]);
  await at.legacy.query('UPDATE accounts SET balance = 1 WHERE id = 1');
  await failed;
  assert.equal((await at.service.query('SELECT balance FROM accounts WHERE id = 1')).rows[0].balance, 0);
  assert.equal((await at.service.query('SELECT FROM banyan_events.outbox')).rowCount, 0);
  const link = await streamHere(at);
  await link.barrier({ timeoutMs: 30_000 });
  assert.equal((await at.service.query('SELECT FROM banyan_events.outbox')).rowCount, 1);
});
