import type { Decider } from '@banyan/events';
import { defineErrors } from '@banyan/service';
import type { Todo } from './contracts.ts';

type Fact = { type: 'TodoAdded' | 'TodoDone' | 'TodoOverdue'; data: Todo };
type Command = { do: 'add'; todo: Todo } | { do: 'finish'; owner: string } | { do: 'remind' };

const errors = defineErrors({ NOT_FOUND: [404, 'You have nothing of this id to do.'] });

/** What can happen to a thing to do; its state is the thing, until it is done. */
export const todo: Decider<Todo | undefined, Command, Fact> = {
  name: 'todo',
  initialState: () => undefined,
  decide(command, open) {
    if (command.do === 'add') return { type: 'TodoAdded', data: command.todo };
    if (command.do === 'remind') return open ? { type: 'TodoOverdue', data: open } : [];
    if (open?.owner !== command.owner) throw errors('NOT_FOUND');
    return { type: 'TodoDone', data: open };
  },
  evolve: (open, { type, data }) => (type === 'TodoAdded' ? data : type === 'TodoDone' ? undefined : open),
};
