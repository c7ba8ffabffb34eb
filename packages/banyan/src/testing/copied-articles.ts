import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { resolvePlan } from '@banyan/plan';
import { aPlan, aRoute, aService } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { copy, table } from '@banyan/replication';
import type pg from 'pg';
import pino from 'pino';
import { startApplier } from '../applier/applier.ts';
import type { LinkStatus } from '../control/control.ts';
import { read } from '../control/store/reading.ts';
import * as store from '../control/store/store.ts';

/** A service whose one table has been copied, and its applier. */
export async function copiedArticles(t: TestContext) {
  const databases = await testServer();
  const urls = await Promise.all(['monolith', 'articles', 'control'].map((name) => databases.database(name)));
  const [monolith, service, control] = urls as [string, string, string];
  const [legacy, own, state] = urls.map((url) => createPool(url, { max: 3 })) as [pg.Pool, pg.Pool, pg.Pool];
  // Breaks with the database on purpose.
  own.on('error', () => {});
  const tables = 'CREATE TABLE articles (id int PRIMARY KEY, title text)';
  await legacy.query(`${tables}; INSERT INTO articles VALUES (1, 'one')`);
  await own.query(tables);
  const plan = resolvePlan(
    aPlan({
      monolith: { url: 'http://127.0.0.1:1', database: monolith },
      control: { database: control },
      gateway: {},
      services: {
        articles: aService('articles', {
          database: service,
          routes: [aRoute('GET /articles', 'none', { auth: 'none' })],
          tables: [
            table({
              legacy: 'articles',
              owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
              columns: [copy('id', 'title')],
            }),
          ],
        }),
      },
    }),
  );
  const start = () => startApplier({ plan, log: pino({ level: 'silent' }) });
  let applier = await start();
  t.after(async () => {
    await applier.stop();
    await Promise.all([legacy, own, state].map((pool) => pool.end()));
  });
  const until = async <T>(look: () => Promise<T>, holds: (found: T) => boolean): Promise<T> => {
    for (;;) {
      const found = await look();
      if (holds(found)) return found;
      await delay(20, undefined, { signal: t.signal });
    }
  };
  const linkOf = (direction: 'forward' | 'reverse') => async (): Promise<LinkStatus> =>
    (await read(state, store.LINKS)).find(({ link }) => link === `articles.${direction}`) ?? OFF;
  const forward = linkOf('forward');
  await store.enterStage(state, 'articles', { stage: 'copying', share: 0, version: 1 });
  await store.announce(state);
  await until(forward, (link) => link.state === 'streaming');
  return {
    legacy,
    own,
    server: state,
    name: new URL(service).pathname.slice(1),
    forward,
    reverse: linkOf('reverse'),
    until,
    applier: () => applier,
    /** The service and its share in a new life of the applier. */
    async restartAt(at: { stage: 'canary'; share: number }) {
      await applier.stop();
      await store.enterStage(state, 'articles', { ...at, version: 1 });
      applier = await start();
    },
  };
}

const OFF = { state: 'off', error: null, lagMs: 0 } as LinkStatus;
