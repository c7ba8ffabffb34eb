import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import { testServer, until } from '@banyan/postgres/testing';
import { defineService } from '@banyan/service';
import { backfill } from './facts/backfill.ts';
import { replicatedFacts } from './facts/replicated.ts';
import { closeService } from './testing/close-service.ts';
import { runSnippets } from './testing/snippets.ts';

test('the first snippets of docs/events.md bring an event from one service to the other, a command back, and facts of rows', async (t) => {
  const server = await testServer();
  const { todos, reports, contracts, fromRows } = await runSnippets(
    ['From a transaction to a handler'],
    'return { todos, reports, contracts, fromRows };',
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

  // As replication shows rows that the monolith has made.
  const facts = replicatedFacts({ contracts, service: 'todos', fromRows });
  await facts.prepare(todo.pool);
  const apply = (title: string, message?: string) =>
    withTransaction(todo.pool, async (tx) => {
      const changes = [{ table: 'public.todos', before: undefined, after: { id: 't2', title } }];
      await facts.applied(tx, [{ lsn: '0/16B3748', committedAt: new Date(), message, changes }]);
    });
  await apply('in bulk', '{"silent":true}');
  await apply('Bread');
  await until(async () => (await report.pool.query(`SELECT FROM titles WHERE title = 'Bread'`)).rowCount);
  assert.equal((await report.pool.query(`SELECT FROM titles WHERE title = 'in bulk'`)).rowCount, 0);
  const { rows } = await todo.pool.query(
    'SELECT changes::int, facts::int, silent::int FROM banyan_events.replicated_facts',
  );
  assert.deepEqual(rows, [{ changes: 2, facts: 1, silent: 1 }]);

  // A consumer that comes late asks for the rows that are there.
  const asked = { pool: todo.pool, contracts, service: 'todos', fromRows, consumer: 'reports', name: 'late' };
  const { facts: told } = await backfill(asked);
  assert.equal(told, 1);
  await until(async () =>
    (await report.pool.query(`SELECT FROM titles WHERE title = 'Milk'`)).rowCount === 2 ? 1 : 0,
  );
});

test('a consumer whose definition asks for it is told what a service has that was born outside the monolith', async (t) => {
  const server = await testServer();
  const { search, born } = await runSnippets(
    ['From a transaction to a handler'],
    'return { search, born };',
    { withTransaction, defineService },
  );
  const common = { LOG_LEVEL: 'silent', PORT: '0', BUS_URL: await server.database('docs_bus') };
  const start = async (service: typeof born, name: string) => {
    const url = await server.database(name);
    const running = await service.start({ ...common, DATABASE_URL: url });
    t.after(() => closeService(running, url));
    return running;
  };
  const todos = await start(born, 'docs_born');
  await todos.pool.query(`INSERT INTO todos VALUES ('t1', 'Milk')`);
  const searching = await start(search, 'docs_search');
  await until(async () => (await searching.pool.query(`SELECT FROM titles WHERE title = 'Milk'`)).rowCount);
});

/** Until there are rows: the test's own time limit ends the wait. */
