import { deepStrictEqual, fail } from 'node:assert/strict';
import type { DomainEvent } from '../types.ts';
import type { Decider } from './decider.ts';

/**
 * A decider's rules in words, without a database: `const { given } = specify(account)`, then
 * `given([opened]).when(withdraw(5)).then([withdrawn])`, or `.then(/balance/)` for an error.
 */
export function specify<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
): { given(events: readonly Event[]): Given<State, Command, Event> } {
  return {
    given(events) {
      const state = events.reduce<State>(decider.evolve, decider.initialState());
      return {
        state,
        when: (command) => ({
          // biome-ignore lint/suspicious/noThenProperty: given, when, then is what this is called everywhere
          then: (expected) => expect(() => [decider.decide(command, state)].flat() as Event[], expected),
        }),
      };
    },
  };
}

export type Given<State, Command, Event> = {
  /** What the events lead to. */
  state: State;
  when(command: Command): {
    /** Exactly these events, in this order (none: nothing happens); or an error whose message matches. */
    then(expected: readonly Event[] | RegExp): void;
  };
};

function expect<Event>(decide: () => Event[], expected: readonly Event[] | RegExp): void {
  if (!(expected instanceof RegExp)) {
    deepStrictEqual(decide(), [...expected]);
    return;
  }
  let events: Event[];
  try {
    events = decide();
  } catch (error) {
    if (error instanceof Error && expected.test(error.message)) return;
    throw error;
  }
  fail(`expected an error like ${expected}, but got ${JSON.stringify(events)}`);
}
