import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { testServer } from '../../packages/postgres/src/testing.ts';
import { searchContract } from '../../systems/career-copilot/services/jobs/search/contract.ts';
import { bringChanges } from '../../systems/career-copilot/services/jobs/search/opensearch/changes.ts';
import {
  type SearchServer,
  searchServer,
} from '../../systems/career-copilot/services/jobs/search/opensearch/client.ts';
import { ALIAS } from '../../systems/career-copilot/services/jobs/search/opensearch/definition.ts';
import { searchInOpenSearch } from '../../systems/career-copilot/services/jobs/search/opensearch/search.ts';
import {
  type JobTables,
  openJobTables,
} from '../../systems/career-copilot/services/jobs/search/testing/jobs.ts';

const server = searchServer(process.env.OPENSEARCH_URL!);
const opened: JobTables[] = [];

after(async () => {
  for (const { pool } of opened) await pool.end();
  await server.ask('DELETE', `${ALIAS}-*`);
});

/** What is written is brought by `through`, once it says that it is wanted, and then shown. */
async function world(name: string, through: SearchServer = server) {
  await server.ask('DELETE', `${ALIAS}-*`);
  const tables = await openJobTables(await (await testServer()).database(name));
  opened.push(tables);
  const settle = async () => {
    while ((await bringChanges(tables.pool, through)) > 0);
    await server.ask('POST', `${ALIAS}/_refresh`);
  };
  await settle();
  const search = searchInOpenSearch(tables.pool, server);
  return {
    ...tables,
    settle,
    search,
    ids: async (q: string) => (await search.search({ q, page: 1, limit: 20 })).jobs.map(({ id }) => id),
  };
}

searchContract('OpenSearch', async () => {
  const { search, settle, put, rename } = await world('contract');
  return {
    search,
    put: async (jobs) => {
      await put(jobs);
      await settle();
    },
    rename: async (company, name) => {
      await rename(company, name);
      await settle();
    },
  };
});

describe('an index in OpenSearch', () => {
  it('has what had been brought when its bringer died before it could note that, once', async () => {
    let deaths = 0;
    const dying: SearchServer = {
      async ask<T>(method: string, path: string, body?: object | string): Promise<T> {
        const answer = await server.ask<T>(method, path, body);
        if (path === '_bulk' && deaths++ === 0) throw new Error('died');
        return answer;
      },
    };
    const { put, pool, settle, ids } = await world('dying', dying);
    await put([{ id: 1, title: 'Weaver' }]);
    await assert.rejects(bringChanges(pool, dying), /died/);
    await put([{ id: 1, title: 'Spinner' }]);
    await settle();
    assert.deepEqual([await ids('weaver'), await ids('spinner')], [[], [1]]);
  });

  it('keeps the later of two changes, though the earlier one arrives last', async () => {
    const bulks: string[] = [];
    const slow: SearchServer = {
      async ask<T>(method: string, path: string, body?: object | string): Promise<T> {
        if (path === '_bulk') bulks.push(body as string);
        return await server.ask<T>(method, path, body);
      },
    };
    const { put, settle, ids } = await world('late', slow);
    await put([{ id: 1, title: 'Weaver' }]);
    await settle();
    await put([{ id: 1, title: 'Spinner' }]);
    await settle();
    await server.ask('POST', '_bulk', bulks[0]);
    await server.ask('POST', `${ALIAS}/_refresh`);
    assert.deepEqual([await ids('weaver'), await ids('spinner')], [[], [1]]);
  });

  it('is made anew beside the one that is searched, with what changes meanwhile, and takes its place when it is whole', async () => {
    const { put, pool, settle, ids } = await world('anew');
    const many = Array.from({ length: 1_200 }, (_, index) => ({ id: index + 1, title: 'Weaver' }));
    await put(many);
    await settle();
    const searched = async () => Object.keys(await server.ask<object>('GET', `_alias/${ALIAS}`));
    const before = await searched();
    await pool.query(`UPDATE job_search_indexes SET form = ''`);
    assert.equal(await bringChanges(pool, server), 500);
    assert.deepEqual(await searched(), before);
    await put([
      { id: 1, title: 'Spinner' },
      { id: 2, title: 'Weaver', isActive: false },
    ]);
    await settle();
    assert.notDeepEqual(await searched(), before);
    assert.equal(Object.keys(await server.ask<object>('GET', `${ALIAS}-*/_alias`)).length, 1);
    assert.deepEqual(await ids('spinner'), [1]);
    const { count } = await server.ask<{ count: number }>('GET', `${ALIAS}/_count`);
    assert.equal(count, 1_199);
  });

  it('that the server has lost is made anew', async () => {
    const { put, settle, ids } = await world('lost');
    await put([{ id: 1, title: 'Weaver' }]);
    await settle();
    await server.ask('DELETE', `${ALIAS}-*`);
    await put([{ id: 2, title: 'Spinner' }]);
    await settle();
    await settle();
    assert.deepEqual([await ids('weaver'), await ids('spinner')], [[1], [2]]);
  });
});
