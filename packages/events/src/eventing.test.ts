import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { defineService } from '@banyan/service';
import { Type } from 'typebox';
import { openPostgresBus } from './bus/postgres/postgres.ts';
import { command, defineContracts, event } from './contracts.ts';
import type { EventingDefinition } from './definition.ts';
import { eventing } from './eventing.ts';
import { closeService } from './testing/close-service.ts';

const contracts = defineContracts({
  system: 'test',
  events: {
    TodoAdded: event({
      service: 'todos',
      version: 1,
      key: 'todoId',
      data: Type.Object({ todoId: Type.String(), title: Type.String() }),
    }),
    TodoCounted: event({
      service: 'counter',
      version: 1,
      key: 'todoId',
      data: Type.Object({ todoId: Type.String() }),
    }),
  },
  commands: {
    CloseTodo: command({
      service: 'todos',
      version: 1,
      key: 'todoId',
      data: Type.Object({ todoId: Type.String() }),
    }),
  },
});
type Definition = EventingDefinition<typeof contracts>;

const schema = new URL('testing/todo.sql', import.meta.url);

async function startService(name: string, definition: Definition, env: Record<string, string>) {
  const service = defineService({
    name,
    schema,
    use: { events: eventing(contracts, definition) },
    routes: () => {},
  });
  return await service.start({ LOG_LEVEL: 'silent', ...env });
}

async function aSystem(t: TestContext) {
  const server = await testServer();
  const busUrl = await server.database('bus');
  const cleanUp: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });
  const start = async (name: string, definition: Definition, databaseUrl?: string) => {
    const url = databaseUrl ?? (await server.database(name));
    const running = await startService(name, definition, { DATABASE_URL: url, BUS_URL: busUrl });
    cleanUp.push(() => closeService(running, url));
    return running;
  };
  return { start, busUrl, cleanUp };
}

test('an event goes from a transaction of one service to a handler of another, and a command comes back', async (t) => {
  const { start } = await aSystem(t);
  const closed = Promise.withResolvers<void>();
  const todos = await start('todos', {
    commands: {
      CloseTodo: async ({ data, causationid }, { tx, events }) => {
        await tx.query('UPDATE todos SET done = true WHERE id = $1', [data.todoId]);
        await tx.query('INSERT INTO seen VALUES ($1, $2, $3)', ['CloseTodo', data.todoId, causationid]);
        assert.ok(events.store);
        closed.resolve();
      },
    },
  });
  const counter = await start('counter', {
    on: {
      TodoAdded: async ({ data, id }, { tx, publish, send }) => {
        await tx.query('INSERT INTO seen VALUES ($1, $2, $3)', ['TodoAdded', data.todoId, id]);
        await publish('TodoCounted', { todoId: data.todoId });
        await send('CloseTodo', { todoId: data.todoId });
      },
    },
  });
  await withTransaction(todos.pool, async (tx) => {
    await tx.query(`INSERT INTO todos VALUES ('t1', 'Milk')`);
    await todos.provided.events.publish(tx, 'TodoAdded', { todoId: 't1', title: 'Milk' });
  });
  await closed.promise;
  for (const none of ['projections', 'sagas'] as const)
    assert.throws(() => todos.provided.events[none], { code: 'NONE_STATED' });
  await todos.close();
  await counter.close();
});

test('effects happen once although messages come again, a failing handler is tried again, then dead', async (t) => {
  const { start, busUrl } = await aSystem(t);
  let failures = 0;
  const done = Promise.withResolvers<void>();
  const todos = await start('todos', {});
  const counter = await start('counter', {
    delayMs: 20,
    on: {
      TodoAdded: async ({ data }, { tx, attempt }) => {
        await tx.query('INSERT INTO seen (what, todo_id) VALUES ($1, $2)', ['TodoAdded', data.todoId]);
        if (data.title === 'bad' || (data.title === 'slow' && attempt < 3)) {
          failures++;
          throw new Error(`no, ${attempt}`);
        }
        if (data.title === 'last') done.resolve();
      },
    },
  });
  const publish = (todoId: string, title: string) =>
    todos.provided.events.publish(todos.pool, 'TodoAdded', { todoId, title });
  const twice = await publish('twice', 'good');
  await publish('slow', 'slow');
  await publish('bad', 'bad');
  const operator = await openPostgresBus({ url: busUrl });
  t.after(() => operator.close());
  await operator.publish([twice, { ...twice, id: 'from-the-future', dataversion: 2 }]);
  const until = async (count: number) => {
    for (;;) {
      const letters = await operator.dead.list({ group: 'counter' });
      if (letters.length === count) return letters;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const letters = await until(2);
  const reasons = Object.fromEntries(letters.map(({ message, reason }) => [message.id, reason]));
  assert.match(reasons['from-the-future']!, /newer version.*Deploy/);
  assert.equal(letters.find(({ message }) => message.id !== 'from-the-future')?.attempts, 3);
  await publish('slow', 'last');
  await done.promise;
  await counter.close();
  const pool = createPool(urlOf(counter), { max: 1 });
  t.after(() => pool.end());
  const { rows } = await pool.query('SELECT todo_id, count(*)::int AS times FROM seen GROUP BY 1 ORDER BY 1');
  assert.deepEqual(rows, [
    { todo_id: 'slow', times: 2 },
    { todo_id: 'twice', times: 1 },
  ]);
  assert.equal(failures, 5);
});

test('a bus that cannot be reached keeps a service neither from starting nor from being ready', async (t) => {
  const url = await (await testServer()).database('lonely');
  const away = new URL(url);
  away.port = '1';
  const running = await startService('todos', {}, { DATABASE_URL: url, BUS_URL: away.href });
  t.after(() => running.close());
  await running.provided.events.publish(running.pool, 'TodoAdded', { todoId: 't', title: 'waits' });
  const { status } = await fetch(`${running.url}/health/ready`);
  assert.equal(status, 200);
});

test('a service whose events wait although the bus can be reached is not ready, and ready again once they are out', async (t) => {
  const { start, busUrl, cleanUp } = await aSystem(t);
  const todos = await start('todos', {});
  const heard = Promise.withResolvers<void>();
  await start('counter', { on: { TodoAdded: async () => heard.resolve() } });
  const bus = createPool(busUrl, { max: 1 });
  const lock = await bus.connect();
  // Before the services are closed, which wait for it.
  cleanUp.push(async () => {
    lock.release(true);
    await bus.end();
  });
  await lock.query('BEGIN; LOCK TABLE banyan_pgboss.job');
  await withTransaction(todos.pool, async (tx) => {
    await todos.provided.events.publish(tx, 'TodoAdded', { todoId: 't', title: 'waits' });
    await tx.query("UPDATE banyan_events.outbox SET at = now() - interval '2 minutes'");
  });
  const ready = () => fetch(`${todos.url}/health/ready`);
  const behind = await ready();
  assert.equal(behind.status, 503);
  assert.deepEqual(await behind.json(), { status: 'unready', failed: ['events'] });
  await lock.query('ROLLBACK');
  await heard.promise;
  while ((await ready()).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
});

test('a command of another service may not be handled', async () => {
  const url = await (await testServer()).database('thief');
  const handles: Definition = { commands: { CloseTodo: async () => {} } };
  await assert.rejects(
    startService('counter', handles, { DATABASE_URL: url, BUS_URL: url }),
    /Handle it there/,
  );
});

test('handlers of what the contracts do not declare do not compile, and data has its type', () => {
  const definition: Definition = {
    on: {
      TodoAdded: async ({ data }, { publish, send }) => {
        const title: string = data.title;
        // @ts-expect-error no such property
        void data.colour;
        // @ts-expect-error no such event
        void publish('TodoEaten', { todoId: title });
        // @ts-expect-error an event is not sent
        void send('TodoAdded', { todoId: title, title });
      },
      // @ts-expect-error no such event
      TodoEaten: async () => {},
    },
    commands: {
      // @ts-expect-error an event is no command
      TodoAdded: async () => {},
    },
  };
  assert.ok(definition);
});

function urlOf({ pool }: { pool: { options: object } }): string {
  return (pool.options as { connectionString: string }).connectionString;
}
