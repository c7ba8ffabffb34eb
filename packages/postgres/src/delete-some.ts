import type { Queryable } from './transaction.ts';

const BATCH = 2_000;

/**
 * Deletes rows of a table whose `key` the query `old` gives, so many at most that nothing else waits for it. True: it has
 * left none. `table`, `key` and `old` are SQL of the caller's own.
 */
export async function deleteSome(
  db: Queryable,
  { table, key, old, values }: { table: string; key: string; old: string; values: unknown[] },
): Promise<boolean> {
  const { rowCount } = await db.query(`DELETE FROM ${table} WHERE ${key} IN (${old} LIMIT ${BATCH})`, values);
  return (rowCount ?? 0) < BATCH;
}
