import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
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

test('a retired service goes on getting what is still the monolith’s, and nothing else', {
  timeout: 240_000,
}, async (t) => {
  const server = await testServer();
  const [monolith, service, control] = await Promise.all(
    ['monolith', 'articles', 'control'].map((name) => server.database(name)),
  );
  const pools = [monolith!, service!, control!].map((url) => createPool(url, { max: 2 }));
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
            table({
              legacy: 'accounts',
              rows: 'foreign',
              columns: [copy('id'), copy('name', { flow: 'forward' })],
            }),
          ],
        }),
      },
    }),
  );
  const applier = await startApplier({ plan, log: pino({ level: 'silent' }) });
  t.after(async () => {
    await applier.stop();
    await Promise.all(pools.map((pool) => pool.end()));
  });
  const enter = async (stage: Stage, share: number) => {
    await store.enterStage(state, 'articles', { stage, share, version: 1 });
    await store.announce(state);
  };
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await delay(20, undefined, { signal: t.signal });
  };
  const count = async (db: pg.Pool, sql: string) =>
    Number((await db.query(`SELECT count(*) AS n ${sql}`)).rows[0].n);

  await enter('copying', 0);
  await until(
    async () => (await count(own, 'FROM accounts')) === 1 && (await count(own, 'FROM articles')) === 1,
  );
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

test('what retiring leaves tied to the monolith is told before', async () => {
  const server = await testServer();
  const monolith = await server.database('monolith');
  const legacy = createPool(monolith, { max: 1 });
  await legacy.query(
    `CREATE TABLE articles (id int PRIMARY KEY, views int); CREATE TABLE comments (id int PRIMARY KEY, article int REFERENCES articles)`,
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
  assert.match(details[2]!, /public\.comments \(comments_article_fkey\)/);
  await legacy.end();
});
