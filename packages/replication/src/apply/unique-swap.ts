import { quoteIdent, type Tuple } from '@banyan/postgres';
import type { BoundTable } from './bound-table.ts';
import type { TargetSession } from './target-session.ts';

/**
 * Updates rows that hold unique values which others of them are to have, in an order of its own: all step aside, with what the
 * mapping does not fill, are changed there, and come back together. Of one transaction: nobody sees them gone. Throws what a
 * constraint says of rows that stay; the caller then rolls back.
 */
export async function swapUniqueValues(
  session: TargetSession,
  table: BoundTable,
  rows: Tuple[],
): Promise<void> {
  const { client } = session;
  const { target, targetName } = table.plan;
  const columns = [...target.columns.values()]
    .filter(({ generated }) => !generated)
    .map(({ name }) => quoteIdent(name))
    .join(', ');
  await client.query(
    `CREATE TEMP TABLE banyan_aside ON COMMIT DROP AS SELECT ${columns} FROM ${targetName} WITH NO DATA`,
  );
  await session.run(table, table.moveAside(columns), rows);
  const alike = Map.groupBy(rows, (row) => table.absentOf(row));
  for (const [absent, those] of alike) await session.run(table, table.updateAside(absent), those);
  await client.query(
    `INSERT INTO ${targetName} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM pg_temp.banyan_aside;
     DROP TABLE pg_temp.banyan_aside`,
  );
}
