import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { defineService } from '@banyan/service';
import type { EventingDefinition } from '../definition.ts';
import { eventing } from '../eventing.ts';
import { Messages } from '../messages.ts';
import { createPublisher } from '../outbox/publish.ts';
import { closeService } from '../testing/close-service.ts';
import { backfill } from './backfill.ts';
import { completeSince } from './count-handled.ts';
import { MOST_OPEN } from './keep-near.ts';
import { applyFactsSchema } from './replicated.ts';
import { contracts, rows, schema } from './testing/todos.ts';
import { listBackfills, wantedBackfills } from './wanted.ts';

const LIMIT = { timeout: 120_000 };
type Definition = EventingDefinition<typeof contracts>;
/** Keeps titles, and asks for those that were there before. */
const reports: Definition = {
  backfill: ['todos'],
  on: {
    TodoIs: async ({ data }, { tx }) => {
      await tx.query('INSERT INTO titles VALUES ($1)', [data.title]);
    },
  },
};

async function aSystem(t: TestContext) {
  const server = await testServer();
  const BUS_URL = await server.database('backfills_bus');
  const urls = { todos: await server.database('todos'), reports: await server.database('reports') };
  const pools = { todos: createPool(urls.todos, { max: 2 }), reports: createPool(urls.reports, { max: 2 }) };
  const atEnd: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const end of atEnd.reverse()) await end();
    await Promise.all(Object.values(pools).map((pool) => pool.end()));
  });
  const start = async (name: keyof typeof urls, definition: Definition) => {
    const service = defineService({
      name,
      schema,
      use: { events: eventing(contracts, definition) },
      routes: () => {},
    });
    const running = await service.start({
      LOG_LEVEL: 'silent',
      PORT: '0',
      BUS_URL,
      DATABASE_URL: urls[name],
    });
    let open = true;
    const stop = async () => {
      if (open) await closeService(running, urls[name]);
      open = false;
    };
    atEnd.push(stop);
    return { ...running, stop };
  };
  const titles = async () => {
    const { rows } = await pools.reports.query<{ title: string }>('SELECT title FROM titles ORDER BY title');
    return rows.map(({ title }) => title);
  };
  const asked = async () =>
    (
      await pools.reports.query(
        'SELECT owner, answered_at IS NOT NULL AS answered, refusal FROM banyan_events.backfills_asked',
      )
    ).rows;
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await delay(10, undefined, { signal: t.signal });
  };
  return { pools, urls: { ...urls, bus: BUS_URL }, atEnd, start, titles, asked, until };
}

test(
  'a consumer is told of the rows that a service born outside the monolith has, once, however often either starts',
  LIMIT,
  async (t) => {
    const { pools, start, titles, until } = await aSystem(t);
    const todos = await start('todos', { ownRows: rows });
    await pools.todos.query(`INSERT INTO todos VALUES ('t1', 'Milk'), ('t2', 'Bread')`);
    const first = await start('reports', reports);
    await until(async () => (await titles()).length === 2);
    await first.stop();
    await todos.stop();
    await pools.todos.query(`INSERT INTO todos VALUES ('t3', 'later')`);
    await start('todos', { ownRows: rows });
    await start('reports', reports);
    await until(async () => (await listBackfills(pools.todos))[0]?.handled === 2);
    assert.deepEqual(await titles(), ['Bread', 'Milk']);
    assert.ok(await completeSince(pools.reports, 'todos'));
    assert.deepEqual(await listBackfills(pools.todos), [
      {
        name: 'todos-for-reports',
        consumer: 'reports',
        asked: true,
        state: 'done',
        rows: 2,
        total: 2,
        facts: 2,
        handled: 2,
        failure: null,
      },
    ]);
  },
);

test(
  'a service that is not there yet is asked until it is, and notes who has asked before anybody can tell its rows',
  LIMIT,
  async (t) => {
    const { pools, start, titles, asked, until } = await aSystem(t);
    const consumer = await start('reports', reports);
    await until(async () => (await asked()).length === 1);
    assert.deepEqual(await asked(), [{ owner: 'todos', answered: false, refusal: null }]);
    await consumer.stop();
    await start('todos', { fromRows: rows });
    await start('reports', reports);
    await until(async () => (await asked())[0]!.answered);
    const wanted = await wantedBackfills(pools.todos, rows);
    assert.deepEqual(wanted, [{ name: 'todos-for-reports', consumer: 'reports' }]);
    // Rows of the monolith are told by whoever knows that they have been copied.
    await pools.todos.query(`INSERT INTO todos VALUES ('t1', 'Milk')`);
    const exact = createPool(pools.todos.options.connectionString!, { max: 1, exact: true });
    await backfill({ pool: exact, contracts, service: 'todos', fromRows: rows, ...wanted[0]! });
    await exact.end();
    await until(async () => (await titles()).length === 1);
    assert.deepEqual(await wantedBackfills(pools.todos, rows), []);
  },
);

test(
  'each own row is told once, whichever of the writes that tell it the process is killed in',
  LIMIT,
  async (t) => {
    const { pools, urls, atEnd, start, titles, until } = await aSystem(t);
    const ROWS = 1_000;
    // By itself the service gives way after a quarter of it; where it stops it is to stay until it is killed.
    await pools.todos.query(`DO $$ BEGIN EXECUTE
      format('ALTER DATABASE %I SET deadlock_timeout = %L', current_database(), '10min'); END $$`);
    // Not by an open transaction of its own: while one has written, no relay can make its slot.
    const gate = await pools.todos.connect();
    // Before the pool ends, which waits for it: a failure would be a test that never ends.
    atEnd.push(async () => gate.release(true));
    const isStopped = async () => {
      const { rowCount } = await pools.todos.query(
        `SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database
         WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`,
      );
      return rowCount! > 0;
    };
    const told = async () => {
      const { rows } = await pools.todos.query(
        `SELECT count(*)::int AS facts, count(DISTINCT message->'data'->>'title')::int AS todos,
           (SELECT coalesce(sum(facts), 0)::int FROM banyan_events.backfills) AS noted
         FROM banyan_events.outbox WHERE message->>'type' = 'TodoIs'`,
      );
      return rows[0]!;
    };
    const prepared = await start('todos', {});
    await applyFactsSchema(pools.todos);
    await prepared.stop();
    await pools.todos.query(STOP);
    await pools.todos.query(
      `INSERT INTO todos SELECT lpad(i::text, 4, '0'), lpad(i::text, 4, '0') FROM generate_series(1, ${ROWS}) AS i`,
    );
    await start('reports', reports);
    for (const [place, noted] of [
      ['BEFORE INSERT ON banyan_events.outbox', 250],
      ['BEFORE UPDATE ON banyan_events.backfills', 500],
      ['AFTER UPDATE ON banyan_events.backfills', 1_000],
    ] as const) {
      await pools.todos.query(
        `CREATE OR REPLACE TRIGGER stop ${place} FOR EACH ROW EXECUTE FUNCTION stop_here(${noted})`,
      );
      await gate.query('SELECT pg_advisory_lock(1)');
      const child = fork(new URL('testing/own-rows-process.ts', import.meta.url), [urls.todos, urls.bus]);
      const gone = once(child, 'exit');
      await until(isStopped);
      child.kill('SIGKILL');
      assert.deepEqual(await gone, [null, 'SIGKILL'], `it stopped ${place}`);
      await gate.query('SELECT pg_advisory_unlock(1)');
      await pools.todos.query(`DROP TRIGGER stop ${place.slice(place.indexOf('ON'))}`);
      const { facts, todos, noted: now } = await told();
      assert.deepEqual([facts, todos], [now, now], `killed ${place}`);
    }
    await start('todos', { ownRows: rows });
    await until(async () => (await listBackfills(pools.todos))[0]!.state === 'done');
    assert.deepEqual(await told(), { facts: ROWS, todos: ROWS, noted: ROWS });
    await until(async () => (await completeSince(pools.reports, 'todos')) !== undefined);
    const all = await titles();
    assert.deepEqual([all.length, new Set(all).size], [ROWS, ROWS]);
  },
);

/** Stops who comes there once so many rows are noted as told, for as long as the test has the lock. */
const STOP = `CREATE FUNCTION stop_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT coalesce(sum(rows), 0) FROM banyan_events.backfills) >= TG_ARGV[0]::int THEN
    PERFORM pg_advisory_xact_lock_shared(1);
  END IF;
  RETURN NEW;
END $$`;

test('a refusal is on record, and the service is asked again at the next start', LIMIT, async (t) => {
  const { pools, start, asked, until, titles } = await aSystem(t);
  const silent = await start('todos', { fromRows: { todos: { delete: () => undefined } } });
  const consumer = await start('reports', reports);
  await until(async () => (await asked())[0]!.answered);
  assert.match((await asked())[0]!.refusal, /exists/);
  await consumer.stop();
  await silent.stop();
  await start('todos', { ownRows: rows });
  await pools.todos.query(`INSERT INTO todos VALUES ('t1', 'Milk')`);
  await start('reports', reports);
  await until(async () => (await titles()).length === 1);
  assert.deepEqual(await asked(), [{ owner: 'todos', answered: true, refusal: null }]);
});

test(
  'what is heard live waits behind a few of those that were there at most, and a consumer knows when it has all of them',
  LIMIT,
  async (t) => {
    const { pools, start, until } = await aSystem(t);
    const ROWS = 1_500;
    await start('todos', { ownRows: rows });
    await pools.todos.query(
      `INSERT INTO todos SELECT 'old ' || i, 'old ' || i FROM generate_series(1, ${ROWS}) AS i`,
    );
    const heard: string[] = [];
    const gate = Promise.withResolvers<void>();
    await start('reports', {
      backfill: ['todos'],
      on: {
        TodoIs: async ({ data }, { tx }) => {
          await gate.promise;
          await tx.query('INSERT INTO titles VALUES ($1)', [data.title]);
          heard.push(data.title);
        },
      },
    });
    // It is told no more while it has handled nothing.
    const told = async () => (await listBackfills(pools.todos))[0]?.facts ?? 0;
    await until(async () => (await told()) >= MOST_OPEN);
    const before = await told();
    assert.ok(before < ROWS / 2, `${before} were told at once`);
    assert.equal(await completeSince(pools.reports, 'todos'), undefined);
    const { publish } = createPublisher<typeof contracts>(new Messages(contracts), 'todos');
    await publish(pools.todos, 'TodoIs', { todoId: 'live', title: 'live' });
    gate.resolve();
    await until(async () => (await completeSince(pools.reports, 'todos')) !== undefined);
    const distinct = [...new Set(heard)];
    assert.equal(distinct.length, ROWS + 1);
    assert.ok(distinct.indexOf('live') < 2 * before, `it was heard after ${distinct.indexOf('live')}`);
    const { rows: kept } = await pools.reports.query('SELECT count(*)::int AS n FROM titles');
    assert.deepEqual(kept, [{ n: ROWS + 1 }]);
  },
);

test('who would not hear what it asks for does not start', LIMIT, async (t) => {
  const { start } = await aSystem(t);
  await assert.rejects(start('reports', { backfill: ['todos'] }), { code: 'BACKFILL_UNHEARD' });
  await assert.rejects(start('todos', { ...reports, ownRows: rows }), { code: 'BACKFILL_UNHEARD' });
});
