import { Type } from 'typebox';
import { defineContracts, event } from '../../contracts.ts';

const Todo = Type.Object({ todoId: Type.String(), title: Type.String() });
export const contracts = defineContracts({
  system: 'test',
  events: { TodoIs: event({ service: 'todos', version: 1, key: 'todoId', data: Todo }) },
});

export const schema = new URL('../../testing/todo.sql', import.meta.url);

/** What `todos` says of its rows. */
export const rows = {
  todos: {
    exists: ({ id, title }: { id: string; title: string }) => ({
      type: 'TodoIs' as const,
      data: { todoId: id, title },
    }),
  },
};
