import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { applyGatewaySchema } from '@banyan/gateway';
import { describeFromMonolith, resolvePlan, tablesFromMonolith } from '@banyan/plan';
import { FULL_SHARE, type Stage } from '@banyan/plan/stages';
import { aPlan, aRoute, aService } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { copy, table } from '@banyan/replication';
import type pg from 'pg';
import pino from 'pino';
import { referringTables } from '../control/facts/referring-tables.ts';
import * as store from '../control/store/store.ts';
import { rollbackImpact } from '../rollout/rollback-impact.ts';
import { startApplier } from './applier.ts';

/** A service `articles` beside its monolith, whose rows are copied; `reader` adds a table that stays the monolith's. */
async function shop(t: TestContext, { reader }: { reader: boolean }) {
  const server = await testServer();
  const [monolith, service, control] = await Promise.all(
    ['monolith', 'articles', 'control'].map((name) => server.database(name)),
  );
  const pools = [monolith!, service!, control!].map((url) => createPool(url, { max: 3 }));
  const [legacy, own, state] = pools as [pg.Pool, pg.Pool, pg.Pool];
  const tables = `CREATE TABLE accounts (id int PRIMARY KEY, name text); CREATE TABLE articles (id int PRIMARY KEY, title text)`;
  await legacy.query(
    `${tables}; CREATE TABLE comments (id int PRIMARY KEY, article int REFERENCES articles);
     INSERT INTO accounts VALUES (1, 'ann'); INSERT INTO articles VALUES (1, 'one')`,
  );
  await own.query(tables);
  const plan = resolvePlan(
    aPlan({
      monolith: { url: 'http://127.0.0.1:1', database: monolith! },
      control: { database: control! },
      gateway: {},
      services: {
        articles: aService('articles', {
          database: service!,
          routes: [aRoute('GET /articles', 'none', { auth: 'none' })],
          tables: [
            table({ legacy: 'articles', columns: [copy('id', 'title')] }),
            ...(reader
              ? [
                  table({
                    legacy: 'accounts',
                    rows: 'foreign' as const,
                    columns: [copy('id'), copy('name', { flow: 'forward' })],
                  }),
                ]
              : []),
          ],
        }),
      },
    }),
  );
  await applyGatewaySchema(state);
  let applier = await startApplier({ plan, log: pino({ level: 'silent' }) });
  t.after(async () => {
    await applier.stop();
    await Promise.all(pools.map((pool) => pool.end()));
  });
  const enter = async (stage: Stage, share: number, version = 1) => {
    await store.enterStage(state, 'articles', { stage, share, version });
    await store.announce(state);
  };
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await delay(20, undefined, { signal: t.signal });
  };
  const count = async (db: pg.Pool, sql: string) =>
    Number((await db.query(`SELECT count(*) AS n ${sql}`)).rows[0].n);
  const restartApplier = async () => {
    await applier.stop();
    applier = await startApplier({ plan, log: pino({ level: 'silent' }) });
  };
  await enter('copying', 0);
  await until(async () => (await count(own, 'FROM articles')) === 1);
  return { legacy, own, state, enter, until, count, restartApplier };
}

test('a retired service goes on getting what is still the monolith’s, and nothing else', {
  timeout: 240_000,
}, async (t) => {
  const { legacy, own, enter, until, count } = await shop(t, { reader: true });
  await until(async () => (await count(own, 'FROM accounts')) === 1);
  await enter('migrated', FULL_SHARE);
  await until(async () => (await count(own, 'FROM pg_publication')) === 1);
  await enter('retired', FULL_SHARE);
  await until(async () => (await count(own, 'FROM pg_publication')) === 0);
  await until(async () => (await count(legacy, 'FROM pg_publication_tables')) === 1);

  await legacy.query(`INSERT INTO articles VALUES (2, 'too late'); INSERT INTO accounts VALUES (2, 'bea')`);
  await until(async () => (await count(own, 'FROM accounts')) === 2);
  await legacy.query(`UPDATE accounts SET name = 'bee' WHERE id = 2; DROP TABLE comments, articles`);
  await until(async () => (await count(own, `FROM accounts WHERE name = 'bee'`)) === 1);
  assert.equal(await count(own, 'FROM articles'), 1);
});

test('all that either side had committed when a service retired is on the other before a link is dropped', {
  timeout: 240_000,
}, async (t) => {
  const { legacy, own, state, enter, until, count, restartApplier } = await shop(t, { reader: false });
  await enter('migrated', FULL_SHARE);
  await until(
    async () => (await count(state, `FROM control.links WHERE status ->> 'state' = 'streaming'`)) === 2,
  );
  // A worker of a gateway that has not heard of the new route table may still send writes to the monolith.
  await state.query(
    `INSERT INTO control.workers (id, lease_until, version) VALUES ('old', clock_timestamp() + interval '1 hour', 1)`,
  );
  // Either link waits for a row of the same key that is not committed, and all the rest is a backlog behind it.
  const [ofOwn, ofLegacy] = await Promise.all([own.connect(), legacy.connect()]);
  await ofOwn.query(`BEGIN; INSERT INTO articles VALUES (2, 'in the way')`);
  await ofLegacy.query(`BEGIN; INSERT INTO articles VALUES (1001, 'in the way')`);
  await legacy.query(`INSERT INTO articles SELECT i, 'backlog' FROM generate_series(2, 501) i`);
  await own.query(`INSERT INTO articles SELECT i, 'of the service' FROM generate_series(1001, 1500) i`);
  await enter('retired', FULL_SHARE, 2);
  await legacy.query(`INSERT INTO articles VALUES (502, 'by the old route table')`);
  for (const client of [ofOwn, ofLegacy]) {
    await client.query('ROLLBACK');
    client.release();
  }
  await restartApplier();
  await until(async () => (await count(own, 'FROM articles')) === 1_002);
  assert.equal(await count(legacy, 'FROM pg_publication'), 1, 'kept while a worker acts on the old table');
  await legacy.query(`INSERT INTO articles VALUES (503, 'the last one')`);
  await state.query(`UPDATE control.workers SET version = 2`);
  await until(async () => (await count(own, 'FROM pg_publication')) === 0);
  await until(async () => (await count(legacy, 'FROM pg_replication_slots')) === 0);
  assert.equal(await count(own, 'FROM articles'), 1_003);
  assert.equal(await count(legacy, 'FROM articles'), 1_003);
});

test('a link is not off before what it had placed is removed, and why it cannot be is told', {
  timeout: 240_000,
}, async (t) => {
  const { own, state, enter, until, count } = await shop(t, { reader: false });
  await enter('migrated', FULL_SHARE);
  await until(async () => (await count(own, 'FROM pg_publication')) === 1);
  await own.query(`
    CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''not by night''; END';
    CREATE EVENT TRIGGER refuses ON ddl_command_start WHEN TAG IN ('DROP PUBLICATION') EXECUTE FUNCTION refuse()`);
  await enter('retired', FULL_SHARE);
  const reverse = async () =>
    (await state.query(`SELECT status FROM control.links WHERE link = 'articles.reverse'`)).rows[0]?.status;
  await until(async () => /it cannot be removed: .*not by night/.test((await reverse()).error));
  assert.equal((await reverse()).state, 'removing');
  await own.query('DROP EVENT TRIGGER refuses');
  await until(async () => (await reverse()).state === 'off');
  assert.equal((await reverse()).error, null);
  assert.equal(await count(own, 'FROM pg_publication'), 0);
});

test('what retiring leaves tied to the monolith is told before', async () => {
  const server = await testServer();
  const monolith = await server.database('monolith');
  const legacy = createPool(monolith, { max: 1 });
  await legacy.query(
    `CREATE TABLE articles (id int PRIMARY KEY, views int, pinned boolean, twice int GENERATED ALWAYS AS (views * 2) STORED);
     CREATE TABLE comments (id int PRIMARY KEY, article int REFERENCES articles);
     CREATE TABLE visits (article int); CREATE TABLE others (id int);
     CREATE FUNCTION count_visit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE articles SET views = views + 1; RETURN NEW; END';
     CREATE FUNCTION of_no_concern() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id := 1; PERFORM 1 AS articles_2; RETURN NEW; END';
     CREATE TRIGGER counts BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION count_visit();
     CREATE TRIGGER other BEFORE INSERT ON others FOR EACH ROW EXECUTE FUNCTION of_no_concern()`,
  );
  const plan = resolvePlan(
    aPlan({
      monolith: { url: 'http://127.0.0.1:1', database: monolith },
      gateway: {},
      services: {
        articles: aService('articles', {
          routes: [aRoute('GET /articles', 'none', { auth: 'none' })],
          tables: [table({ legacy: 'articles', columns: [copy('id'), copy('views', { flow: 'forward' })] })],
        }),
      },
    }),
  );
  const { details } = rollbackImpact({
    linked: true,
    stage: 'retired',
    share: FULL_SHARE,
    reverse: { state: 'off', lagMs: 0 },
    maxLagMs: 0,
    onlyOnService: null,
    fromMonolith: tablesFromMonolith(plan.services.articles!.tables).map(describeFromMonolith),
    referring: {
      names: await referringTables(legacy, plan.services.articles!.tables),
      at: new Date(),
      stale: false,
    },
  });
  assert.match(details[1]!, /forward link stays.*public\.articles \(views\)/);
  assert.match(
    details[2]!,
    / get: public\.articles \(pinned\), public\.comments \(comments_article_fkey\), public\.visits \(counts\)$/,
  );
  await legacy.end();
});
