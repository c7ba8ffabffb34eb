import { randomUUID } from 'node:crypto';
import { defineProjection, defineSaga, eventing, handle } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { defineService, principalOf, signedIn } from '@banyan/service';
import { Type } from 'typebox';
import { contracts, Todo } from './contracts.ts';
import { todo } from './decide.ts';

/** Who has what to do. */
const openTodos = defineProjection({
  name: 'open_todos',
  version: 1,
  schema: 'CREATE TABLE open_todos (id text PRIMARY KEY, owner text, title text, overdue boolean)',
  async apply(events, tx, { open_todos }) {
    for (const { type, data } of events) {
      const { todoId, owner, title } = data as Todo;
      await tx.query(`DELETE FROM ${open_todos} WHERE id = $1`, [todoId]);
      if (type === 'TodoDone') continue;
      const values = [todoId, owner, title, type === 'TodoOverdue'];
      await tx.query(`INSERT INTO ${open_todos} VALUES ($1, $2, $3, $4)`, values);
    }
  },
});

const Id = Type.Object({ id: Type.String() });
const NewTodo = Type.Object({ title: Type.String({ minLength: 1, maxLength: 200 }) });
const Listed = Type.Object({ id: Type.String(), title: Type.String(), overdue: Type.Boolean() });

export const todos = defineService({
  name: 'todos',
  config: Type.Object({ JWT_SECRET: Type.String(), REMIND_AFTER: Type.String({ default: 'P1D' }) }),
  auth: { issuers: ({ config }) => [{ issuer: 'example', algorithm: 'HS256', secret: config.JWT_SECRET }] },
  use: {
    events: eventing(contracts, ({ events }) => ({
      projections: [openTodos],
      sagas: [
        defineSaga('remind', {
          input: Type.Object({ todoId: Type.String(), after: Type.String() }),
          steps: (saga) =>
            saga.wait('time', { until: ({ input, sleep }) => sleep(input.after) }).transaction('remind', {
              action: ({ input }, { tx }) =>
                handle(events().store, todo, input.todoId, { do: 'remind' }, { tx, publish: true }),
            }),
        }),
      ],
    })),
  },
  routes(app, { pool, config, events }) {
    const mine = { config: { allow: [signedIn] } };

    app.post(
      '/todos',
      { ...mine, schema: { body: NewTodo, response: { 201: Todo } } },
      async (request, reply) => {
        const added = { todoId: randomUUID(), owner: principalOf(request).subject, ...request.body };
        await withTransaction(pool, async (tx) => {
          await handle(events.store, todo, added.todoId, { do: 'add', todo: added }, { tx, publish: true });
          const input = { todoId: added.todoId, after: config.REMIND_AFTER };
          await events.sagas.start('remind', input, { id: added.todoId, tx });
        });
        return await reply.code(201).send(added);
      },
    );

    app.delete('/todos/:id', { ...mine, schema: { params: Id } }, async (request, reply) => {
      const owner = principalOf(request).subject;
      await handle(events.store, todo, request.params.id, { do: 'finish', owner }, { publish: true });
      return await reply.code(204).send();
    });

    app.get('/todos', { ...mine, schema: { response: { 200: Type.Array(Listed) } } }, async (request) => {
      const owner = principalOf(request).subject;
      return (await pool.query('SELECT id, title, overdue FROM open_todos WHERE owner = $1', [owner])).rows;
    });
  },
});

if (import.meta.main) await todos.run();
