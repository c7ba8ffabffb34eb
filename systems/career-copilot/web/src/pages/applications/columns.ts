import type { BoardColumn } from '@banyan/ui';
import type { ApplicationRow } from './rows.ts';
import { STATES } from './states.ts';

/** The states that are asked for, in order, each with what is in it; last what the legacy system has and nobody else knows. */
export function columnsOf(
  rows: readonly ApplicationRow[],
  states: readonly string[],
  titleOf: (state: string) => string,
): BoardColumn<ApplicationRow>[] {
  const known: readonly string[] = STATES;
  const strange = new Set(rows.map(({ state }) => state).filter((state) => !known.includes(state)));
  return [...states, ...strange].map((state) => ({
    id: state,
    title: titleOf(state),
    cards: rows.filter((row) => row.state === state),
  }));
}
