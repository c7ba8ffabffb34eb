import { quoteTable } from '@banyan/postgres';
import type { Table } from '../catalog/catalog.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { type Context, endsOf } from './context.ts';
import { error, type Finding } from './finding.ts';
import { eachTable } from './tables.ts';

/** Whether a row can be found by its key on either side, and in the log of the side that is read. */
export async function checkKeys(context: Context): Promise<Finding[]> {
  const findings = await eachTable(context, ({ table, side, isSource }) =>
    // A column that is not there is a finding of its own.
    side.key.every((column) => table.columns.has(column)) ? keysOf(table, side, isSource) : [],
  );
  for (const mapping of context.config.tables) findings.push(...(await coarseKeysOf(context, mapping)));
  return findings;
}

/** Two rows of the source would be one on the target. */
async function coarseKeysOf(context: Context, mapping: TableMapping): Promise<Finding[]> {
  const [from, to] = endsOf(context, mapping);
  const [source, target] = await Promise.all([from!.end.table(from!.side), to!.end.table(to!.side)]);
  const isCoarse = (table: Table | undefined, column: string) => table?.columns.get(column)?.coarse === true;
  return to!.side.key
    .filter((column, index) => isCoarse(target, column) && !isCoarse(source, from!.side.key[index]!))
    .map((column) => ({
      ...error(
        'key_coarse',
        `Keys that differ on the other side may be the same in ${nameOf(to!.side)}.${column}, by its collation or type.`,
        'Give both key columns the same type and collation.',
        nameOf(to!.side),
      ),
      end: to!.end.is,
    }));
}

function keysOf(table: Table, side: TableMapping['legacy'], isSource: boolean): Finding[] {
  const name = nameOf(side);
  const quoted = quoteTable(side.schema, side.table);
  const key = side.key.join(', ');
  const unique = table.uniques.some((columns) => same(columns, side.key));
  if (table.primaryKey.length === 0 && (isSource || !unique))
    return [
      error(
        'no_primary_key',
        `${name} has no primary key; publishing it would make its own UPDATEs and DELETEs fail.`,
        `Add a primary key, such as ALTER TABLE ${quoted} ADD PRIMARY KEY (${key}). The table was left as it is.`,
        name,
      ),
    ];
  const findings: Finding[] = [];
  if (
    isSource &&
    table.replicaIdentity !== 'f' &&
    !side.key.every((column) => table.identity.includes(column))
  )
    findings.push(
      error(
        'replica_identity',
        `The key (${key}) of ${name} is not its replica identity (${table.identity.join(', ') || 'nothing'}).`,
        `Map the primary key, or ALTER TABLE ${quoted} REPLICA IDENTITY USING INDEX … on that key.`,
        name,
      ),
    );
  if (!unique)
    findings.push(
      error(
        'key_not_unique',
        `(${key}) is no primary key or unique constraint of ${name}.`,
        'Add one, or correct the key of the mapping.',
        name,
      ),
    );
  return findings;
}

function same(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
