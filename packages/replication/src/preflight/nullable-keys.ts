import { quoteIdent, quoteTable } from '@banyan/postgres';
import type { Context } from './context.ts';
import { type Finding, lacking } from './finding.ts';
import { eachTable, type MappedTable } from './tables.ts';

/** Columns of a key that may be NULL: such a row is in no range of keys, and no change finds it. */
export async function checkNullableKeys(context: Context): Promise<Finding[]> {
  return await eachTable(context, nullableOf);
}

function nullableOf({ table, side, name, isSource }: MappedTable): Finding[] {
  const key = side.key.toSorted().join();
  const found = table.uniques.some((columns) => columns.toSorted().join() === key);
  // It needs a primary key, which is a finding of its own, and takes no NULL.
  if (table.primaryKey.length === 0 && (isSource || !found)) return [];
  const nullable = side.key.filter((column) => table.columns.get(column)?.notNull === false);
  if (nullable.length === 0) return [];
  const changes = nullable.map((column) => `ALTER COLUMN ${quoteIdent(column)} SET NOT NULL`);
  return [
    lacking(
      'key_nullable',
      `The key of ${name} may be NULL (${nullable.join(', ')}): such rows can be neither copied nor compared.`,
      [`ALTER TABLE ${quoteTable(side.schema, side.table)} ${changes.join(', ')}`],
      name,
    ),
  ];
}
