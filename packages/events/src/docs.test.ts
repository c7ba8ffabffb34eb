import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { defineService } from '@banyan/service';
import { closeService } from './testing/close-service.ts';
import { runSnippets } from './testing/snippets.ts';

test('the first snippet of docs/events.md brings an event from one service to the other, and a command back', async (t) => {
  const server = await testServer();
  const { todos, reports } = await runSnippets(
    ['From a transaction to a handler'],
    'return { todos, reports };',
    {
      withTransaction,
      defineService,
    },
  );
  const common = { LOG_LEVEL: 'silent', PORT: '0', BUS_URL: await server.database('docs_bus') };
  const start = async (service: typeof todos, name: string) => {
    const url = await server.database(name);
    const running = await service.start({ ...common, DATABASE_URL: url });
    t.after(() => closeService(running, url));
    return running;
  };
  const todo = await start(todos, 'docs_todos');
  const report = await start(reports, 'docs_reports');
  assert.equal((await fetch(`${todo.url}/todos`, { method: 'POST' })).status, 200);
  await until(async () => (await report.pool.query(`SELECT FROM titles WHERE title = 'Milk'`)).rowCount);
  await withTransaction(todo.pool, async (tx) => {
    await todo.provided.events.publish(tx, 'TodoAdded', { todoId: 't1', title: '' });
  });
  await until(async () => (await todo.pool.query('SELECT FROM todos WHERE done')).rowCount);
});

/** Until there are rows: the test's own time limit ends the wait. */
async function until(rows: () => Promise<number | null>): Promise<void> {
  while (!(await rows())) await delay(10);
}
