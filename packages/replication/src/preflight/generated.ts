import type { Context } from './context.ts';
import { error, type Finding } from './finding.ts';
import { eachTable, type MappedTable } from './tables.ts';

/** Generated columns that the mapping reads: the log does not carry them. */
export async function checkGenerated(context: Context): Promise<Finding[]> {
  return await eachTable(context, generatedOf);
}

function generatedOf({ mapping, table, name, end, isSource }: MappedTable): Finding[] {
  if (!isSource) return []; // what is written is a finding of checkColumns
  const read = mapping.columns
    .filter((group) => Object.keys(end.is === 'monolith' ? group.forward : group.reverse).length > 0)
    .flatMap((group) => (end.is === 'monolith' ? group.legacyColumns : group.serviceColumns));
  return [...new Set(read)]
    .filter((column) => table.columns.get(column)?.generated)
    .map((column) =>
      error(
        'generated_column',
        `${name}.${column} is generated: a change in the log says nothing of it.`,
        'Compute it from the columns that it is generated from, with derived(), or leave it out.',
        name,
      ),
    );
}
