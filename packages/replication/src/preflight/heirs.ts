import type { Context } from './context.ts';
import { error, type Finding, warning } from './finding.ts';
import { eachTable, type MappedTable } from './tables.ts';

/** Tables whose rows lie in other tables: a name then means more rows in SQL than in the log. */
export async function checkHeirs(context: Context): Promise<Finding[]> {
  return await eachTable(context, heirsOf);
}

function heirsOf({ table, name, isSource }: MappedTable): Finding[] {
  if (table.partitioned)
    return isSource
      ? [
          error(
            'partitioned',
            `${name} is partitioned.`,
            'Map each partition to a table of its own on the other side, or move the rows to a table without partitions.',
            name,
          ),
        ]
      : [];
  if (table.heirs.length > 0)
    return [
      error(
        'inherited',
        `${table.heirs.join(', ')} inherits from ${name}: its rows would be copied with those of ${name} and not be streamed.`,
        `Run ALTER TABLE ${table.heirs[0]} NO INHERIT ${name}, or map another table.`,
        name,
      ),
    ];
  if (table.partition)
    return [
      warning(
        'partition',
        `${name} is a partition: only its own rows move, and the service can write back only rows that fit it.`,
        'Nothing to do if that is meant.',
        name,
      ),
    ];
  return [];
}
