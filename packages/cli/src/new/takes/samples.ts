import type { TakenTable } from './table.ts';
import { kindOf } from './values.ts';

/** Above what a counter gives in a test. */
const COUNTED = 1_000;

/** The n-th row of a test, n from 1 to 9: a value in each column that can be written. */
export function sampleOf(table: TakenTable, n: number): Record<string, unknown> {
  return Object.fromEntries(
    table.columns
      .filter(({ generated }) => generated === null)
      .map((column) => [column.name, kindOf(column).sample(column.counted ? COUNTED + n : n)]),
  );
}
