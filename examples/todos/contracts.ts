import { defineContracts, event } from '@banyan/events';
import { type Static, Type } from 'typebox';

export const Todo = Type.Object({ todoId: Type.String(), owner: Type.String(), title: Type.String() });
export type Todo = Static<typeof Todo>;

const fact = { service: 'todos', version: 1, key: 'todoId', data: Todo } as const;

export const contracts = defineContracts({
  system: 'example',
  events: {
    TodoAdded: event({ ...fact, summary: 'Somebody has something to do.' }),
    TodoDone: event({ ...fact, summary: 'It is done.' }),
    TodoOverdue: event({ ...fact, summary: 'It was not done in time.' }),
  },
});
