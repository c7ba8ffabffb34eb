import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { KeySource } from '@banyan/gateway';
import type { ResolvedPlan } from '@banyan/plan';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { copy, rename, table } from '@banyan/replication';
import { keyLookups } from './key-lookup.ts';

const by = (matches: string): KeySource => ({
  from: 'lookup',
  table: 'public.articles',
  column: 'author_id',
  matches,
  param: matches,
});

const OF_NOTE: KeySource = {
  from: 'lookup',
  table: 'public.notes',
  column: 'article_id',
  matches: 'id',
  param: 'id',
};

async function world(t: TestContext) {
  const server = await testServer();
  const [monolith, service] = [await server.database('monolith'), await server.database('service')];
  const pools = [createPool(monolith), createPool(service)] as const;
  t.after(() => Promise.all(pools.map((pool) => pool.end())));
  await pools[0].query(
    `CREATE TABLE articles (id integer PRIMARY KEY, slug text UNIQUE, author_id integer);
     CREATE TABLE notes (id integer PRIMARY KEY, article_id integer, kind text)`,
  );
  const makeTable = () =>
    pools[1].query(
      `CREATE TABLE posts (id integer PRIMARY KEY, name text UNIQUE, writer integer);
       CREATE TABLE notes (note_id integer PRIMARY KEY, post integer, kind text)`,
    );
  const plan = {
    monolith: { database: monolith },
    services: {
      articles: {
        database: service,
        routes: [{ key: by('slug') }, { key: by('id') }, { key: OF_NOTE }],
        tables: [
          table({
            legacy: 'articles',
            service: 'posts',
            owner: { by: 'key', legacyColumn: 'author_id', serviceColumn: 'writer' },
            columns: [...copy('id'), rename('slug', 'name'), rename('author_id', 'writer')],
          }),
          table({
            legacy: 'notes',
            service: { table: 'notes', key: ['note_id'] },
            where: { column: 'kind', in: ['private'] },
            owner: { by: 'parent', table: 'articles', column: 'article_id' },
            columns: [rename('id', 'note_id'), rename('article_id', 'post'), copy('kind')],
          }),
        ],
      },
    },
  } as unknown as ResolvedPlan;
  const lookups = keyLookups(plan);
  t.after(() => lookups.close());
  const ask = (matches: string, value: string, more = {}) =>
    lookups.ask({
      service: 'articles',
      table: 'public.articles',
      column: 'author_id',
      matches,
      value,
      ...more,
    });
  return { ask, makeTable, monolith: pools[0], service: pools[1] };
}

describe('the owner of a row that a path names', () => {
  test('is found on either side, by an id or a slug, under the names that each side has', async (t) => {
    const { ask, makeTable, monolith, service } = await world(t);
    await monolith.query("INSERT INTO articles VALUES (1, 'old', 7)");
    assert.deepEqual(await ask('slug', 'old'), { state: 'found', key: '7' }); // the service has no table yet
    await makeTable();
    await service.query("INSERT INTO posts VALUES (2, 'new', 8)");
    assert.deepEqual(await ask('slug', 'new'), { state: 'found', key: '8' });
    assert.deepEqual(await ask('id', '02'), { state: 'found', key: '8' });
    await monolith.query("INSERT INTO articles VALUES (2, 'new', 8)");
    assert.deepEqual(await ask('id', '2'), { state: 'found', key: '8' });
  });

  test('is nobody when there is no such row, also when the text cannot name any', async (t) => {
    const { ask, makeTable, monolith } = await world(t);
    await makeTable();
    await monolith.query("INSERT INTO articles VALUES (1, 'orphan', NULL)");
    for (const [matches, value] of [
      ['slug', 'missing'],
      ['slug', "' OR true --"],
      ['slug', 'orphan'],
      ['id', 'abc'],
      ['id', '99999999999999999999'],
    ] as const)
      assert.deepEqual(await ask(matches, value), { state: 'none' }, value);
  });

  test('is that of the row which it belongs to, and nobody’s if it is none of the service’s', async (t) => {
    const { ask, makeTable, monolith, service } = await world(t);
    const { table, column } = OF_NOTE as Extract<KeySource, { from: 'lookup' }>;
    const note = (id: string) => ask('id', id, { table, column });
    await makeTable();
    await monolith.query(
      `INSERT INTO articles VALUES (1, 'old', 7);
       INSERT INTO notes VALUES (1, 1, 'private'), (2, 1, 'public'), (3, 99, 'private'), (4, NULL, 'private')`,
    );
    await service.query("INSERT INTO posts VALUES (2, 'new', 8); INSERT INTO notes VALUES (5, 2, 'private')");
    assert.deepEqual(await note('1'), { state: 'found', key: '7' });
    assert.deepEqual(await note('5'), { state: 'found', key: '8' });
    for (const id of ['2', '3', '4', '6']) assert.deepEqual(await note(id), { state: 'none' }, id);
    await service.query("INSERT INTO posts VALUES (1, 'old', 9); INSERT INTO notes VALUES (1, 1, 'private')");
    assert.deepEqual(await note('1'), { state: 'unclear' });
  });

  test('is unclear while the sides name different ones', async (t) => {
    const { ask, makeTable, monolith, service } = await world(t);
    await makeTable();
    await monolith.query("INSERT INTO articles VALUES (1, 'moved', 7)");
    await service.query("INSERT INTO posts VALUES (1, 'moved', 8)");
    assert.deepEqual(await ask('slug', 'moved'), { state: 'unclear' });
  });

  test('is told for what a route of the plan states only', async (t) => {
    const { ask } = await world(t);
    await assert.rejects(ask('author_id', '7'), /no route of the plan/);
    await assert.rejects(ask('slug', 'x', { column: 'slug' }), /no route of the plan/);
    await assert.rejects(ask('slug', 'x', { table: 'pg_catalog.pg_authid' }), /no route of the plan/);
    await assert.rejects(ask('slug', 'x', { service: 'constructor' }), /no route of the plan/);
  });
});
