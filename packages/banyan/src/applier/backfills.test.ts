import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listBackfills, slotName, wantBackfill } from '@banyan/events/machinery';
import { createPool, dropSlot } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import type pg from 'pg';
import pino from 'pino';
import { UnheardRows } from '../control/facts/unheard-rows.ts';
import * as store from '../control/store/store.ts';
import { bankPlan } from '../testing/bank-plan.ts';
import { bank, kill, spawn, spawnApplier } from '../testing/bank-world.ts';
import { balancesIn, KEYS } from '../testing/facts-world.ts';
import { startApplier } from './applier.ts';
import { describeTelling } from './backfills.ts';
import { loadFacts } from './facts.ts';

/** Other moments: SEED=2. */
const SEED = Number(process.env.SEED ?? 1);
/** In this order. The services twice in all: a message that its process ends with three times is dead. */
const KILLED = ['applier', 'services', 'applier'];
const ROWS = 800;
const FACTS = import.meta.resolve('../testing/account-streams.ts');

/** A consumer that has asked, and what it was told in its order; and the processes that it runs in beside its owner. */
async function consumerOf(at: Awaited<ReturnType<typeof bank>>) {
  const server = await testServer();
  const reports = await server.database('reports');
  const told = createPool(reports, { max: 2 });
  await told.query('CREATE TABLE told (seq bigserial PRIMARY KEY, id int, type text, balance int)');
  at.atEnd.push(async () => {
    await dropSlot(told, await slotName(told), { force: true });
    await told.end();
  });
  const urls = { bus: await server.database('backfill_bus'), bank: at.databases.service, reports };
  const startServices = () => spawn(new URL('../testing/bank-services.ts', import.meta.url), urls);
  return { told, reports, startServices };
}

async function knows(told: pg.Pool, balances: ReadonlyMap<number, number>): Promise<boolean> {
  const { rows } = await told.query<{ id: number; balance: number }>(
    'SELECT DISTINCT ON (id) id, balance FROM told ORDER BY id, seq DESC',
  );
  const last = new Map(rows.map(({ id, balance }) => [id, balance]));
  return [...balances].every(([id, balance]) => last.get(id) === balance);
}

test('a consumer whose definition asks for it is told of each row once, in its place, whoever is killed, from before the copy on', {
  timeout: 300_000,
}, async (t) => {
  const at = await bank(t);
  const { told, reports, startServices } = await consumerOf(at);
  await at.legacy.query(`INSERT INTO accounts SELECT i, 0 FROM generate_series(201, ${ROWS}) AS i`);

  // The one that is asked knows nothing of stages: it has no rows yet, and notes who has asked.
  let services = await startServices();
  at.atEnd.push(() => kill(services));
  const moments = fc.sample(fc.integer({ min: 0, max: 900 }), { numRuns: KILLED.length + 1, seed: SEED });
  await delay(moments.pop()! / 3);
  await kill(services);
  services = await startServices();
  await at.until(async () => (await listBackfills(at.service)).length === 1);
  let applier = await spawnApplier(at.databases, FACTS);
  at.atEnd.push(() => kill(applier));
  const writer = at.writing(ROWS, 2);
  await at.enter('copying');
  for (const [which, ms] of moments.entries()) {
    await delay(ms);
    if (KILLED[which] === 'applier') {
      await kill(applier);
      applier = await spawnApplier(at.databases, FACTS);
    } else {
      await kill(services);
      services = await startServices();
    }
  }
  await at.until(async () => (await listBackfills(at.service)).find(({ asked }) => asked)?.state === 'done');
  await writer.stop();
  const balances = await balancesIn(at.legacy);
  await at.until(() => knows(told, balances));
  const { rows } = await told.query<{ id: number; type: string; balance: number }>(
    'SELECT id, type, balance FROM told ORDER BY seq',
  );
  const byAccount = Map.groupBy(rows, ({ id }) => id);
  assert.equal(byAccount.size, ROWS);
  for (const [id, facts] of byAccount) {
    const is = facts.findIndex(({ type }) => type === 'AccountOpened');
    assert.notEqual(is, -1, `of ${id}`);
    const balance = facts[is]!.balance;
    assert.deepEqual(
      facts.map(({ type, balance }) => [type, balance]),
      // What it is told of has been made by the changes before, and the changes after go on from there.
      facts.map((_, n) =>
        n === is
          ? ['AccountOpened', balance]
          : ['BalanceChanged', n < is ? balance - is + n + 1 : balance + n - is],
      ),
      `of ${id}`,
    );
  }
  // The last word of the consumer comes behind what it tells of.
  await at.until(async () => (await listBackfills(at.service)).some(({ handled }) => handled === ROWS));
  const [status] = (await listBackfills(at.service)).filter(({ asked }) => asked);
  assert.deepEqual(status, {
    name: 'bank-for-reports',
    consumer: 'reports',
    asked: true,
    state: 'done',
    rows: ROWS,
    total: ROWS,
    facts: ROWS,
    handled: ROWS,
    failure: null,
  });
  const { rows: complete } = await told.query(
    'SELECT handled::int, told::int, complete_at IS NOT NULL AS complete FROM banyan_events.backfills_asked',
  );
  assert.deepEqual(complete, [{ handled: ROWS, told: ROWS, complete: true }]);

  const unheard = new UnheardRows({ services: { reports: { database: reports } } } as never);
  assert.equal(unheard.of('reports'), null);
  await unheard.look(['reports'], 0);
  assert.deepEqual(unheard.of('reports'), []);
  await told.query('UPDATE banyan_events.backfills_asked SET complete_at = NULL, handled = handled - 1');
  await unheard.look(['reports'], 999);
  assert.deepEqual(unheard.of('reports'), []);
  await unheard.look(['reports'], 1_000);
  assert.deepEqual(unheard.of('reports'), [{ owner: 'bank', handled: ROWS - 1, told: ROWS }]);
});

test('what the monolith does while nobody follows it is told by the next copy, to whoever had heard all before', {
  timeout: 120_000,
}, async (t) => {
  const at = await bank(t);
  const { told, startServices } = await consumerOf(at);
  const services = await startServices();
  at.atEnd.push(() => kill(services));
  const plan = bankPlan(at.databases, { facts: FACTS });
  const applier = await startApplier({ plan, log: pino({ level: 'silent' }) });
  at.atEnd.push(() => applier.stop());
  const heardAll = async (facts: number) => {
    const { rows } = await told.query(
      'SELECT FROM banyan_events.backfills_asked WHERE handled = $1 AND told = $1 AND complete_at IS NOT NULL',
      [facts],
    );
    return rows.length === 1;
  };
  await at.enter('copying');
  await at.until(() => heardAll(KEYS));
  await at.enter('monolith');
  await at.until(at.drained);
  await at.until(at.dropped);
  await at.legacy.query(
    'UPDATE accounts SET balance = 7 WHERE id = 1; INSERT INTO accounts VALUES (1000, 3)',
  );
  await at.enter('copying');
  await at.until(async () => await knows(told, await balancesIn(at.legacy)));
  await at.until(() => heardAll(KEYS + KEYS + 1));
  const [status] = await listBackfills(at.service);
  assert.deepEqual([status!.state, status!.rows, status!.total], ['done', KEYS + 1, KEYS + 1]);
});

test('how far a consumer is told is said with the time that is left, by what this process has told', () => {
  const telling = { consumer: 'reports', total: 4_000, at: 5_000, from: 1_000, unhandled: 0 };
  assert.equal(
    describeTelling({ ...telling, rows: 1_000 }, 6_000),
    'tells reports which rows there are, 1000 of 4000',
  );
  assert.equal(
    describeTelling({ ...telling, rows: 2_000 }, 7_000),
    'tells reports which rows there are, 2000 of 4000, 4 s left',
  );
  assert.equal(
    describeTelling({ ...telling, rows: 2_000, unhandled: 500 }, 7_000),
    'tells reports which rows there are, 2000 of 4000, waits until it has handled 500 facts, 4 s left',
  );
});

test('a retired service has its rows for good, one at the monolith has none to tell, and what fails is on record until it is mended', {
  timeout: 120_000,
}, async (t) => {
  const at = await bank(t);
  const plan = bankPlan(at.databases, { facts: FACTS });
  const loaded = await loadFacts(plan.services.bank!);
  await loaded!.prepare();
  await wantBackfill(at.service, { name: 'bank-for-reports', consumer: 'reports' });
  await at.service.query(
    `INSERT INTO accounts VALUES (1, 5); ALTER TABLE accounts DROP CONSTRAINT accounts_pkey`,
  );
  const applier = await startApplier({ plan, log: pino({ level: 'silent' }) });
  at.atEnd.push(() => applier.stop());
  const status = async () => (await listBackfills(at.service))[0]!;
  assert.equal((await status()).state, 'waiting');
  await at.state.query(`UPDATE control.services SET stage = 'retired', share = 10000`);
  await store.announce(at.state);
  await at.until(async () => (await status()).failure !== null);
  assert.match((await status()).failure!, /no primary key/);
  await at.service.query('ALTER TABLE accounts ADD PRIMARY KEY (id)');
  await at.until(async () => (await status()).state === 'done' && (await status()).failure === null);
  const { rows } = await at.service.query(
    `SELECT message ->> 'recipient' AS recipient, message -> 'data' AS data FROM banyan_events.outbox`,
  );
  assert.deepEqual(rows, [{ recipient: 'reports', data: { id: 1, balance: 5 } }]);
});
