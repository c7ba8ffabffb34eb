import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { defineService } from './define.ts';

test('a request that gets no database connection in time is told to come back, and the next one is served', async (t) => {
  const held = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const service = defineService({
    name: 'narrow',
    routes: (app, { pool }) => {
      app.get('/holds', async () => {
        const client = await pool.connect();
        entered.resolve();
        await held.promise;
        client.release();
        return {};
      });
      app.get('/asks', async () => (await pool.query('SELECT 1 AS one')).rows[0]);
    },
  });
  const running = await service.start({
    DATABASE_URL: await (await testServer()).database('narrow'),
    LOG_LEVEL: 'silent',
    POOL_SIZE: '1',
    POOL_WAIT_SECONDS: '0.05',
  });
  t.after(() => running.close());
  // On a busy machine the first connection itself may take longer than a request waits for one.
  while ((await fetch(`${running.url}/asks`)).status !== 200);
  const holds = fetch(`${running.url}/holds`);
  await entered.promise;
  const answer = await fetch(`${running.url}/asks`);
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1']);
  const { code, detail } = (await answer.json()) as { code: string; detail: string };
  assert.deepEqual([code, detail], ['OVERLOADED', 'All database connections of the service are in use.']);
  held.resolve();
  assert.equal((await holds).status, 200);
  assert.deepEqual(await (await fetch(`${running.url}/asks`)).json(), { one: 1 });
});
