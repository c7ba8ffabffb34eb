import { isDeepStrictEqual } from 'node:util';

/** The fields, as events name them, of which a column is another than before; each with the columns that it is made of. Pure. */
export function changedFields<Row>(
  fields: Readonly<Record<string, readonly (keyof Row)[]>>,
  before: Row,
  after: Row,
): string[] {
  return Object.entries(fields)
    .filter(([, columns]) => columns.some((column) => !isDeepStrictEqual(before[column], after[column])))
    .map(([field]) => field);
}
