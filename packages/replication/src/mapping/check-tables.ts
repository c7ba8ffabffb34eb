import { ReplicationError } from '../errors.ts';
import { checkTable, nameOf, type TableMapping, unique } from './mapping.ts';
import { parentsOf } from './owner.ts';

/**
 * Throws MAPPING_INVALID if one of a link's mappings contradicts itself, if two share a table on one side, or if the
 * parents by which owners are found are not among them: what the stream
 * and the copy know of a table, they know by its name.
 */
export function checkTables(mappings: readonly TableMapping[]): void {
  for (const mapping of mappings) {
    checkTable(mapping);
    parentsOf(mapping, mappings);
  }
  for (const side of ['legacy', 'service'] as const)
    unique(
      mappings.map((mapping) => nameOf(mapping[side])),
      (name) => {
        throw new ReplicationError('MAPPING_INVALID', {
          table: name,
          why: `two mappings of one link name this table of the ${side === 'legacy' ? 'monolith' : 'service'}`,
        });
      },
    );
}
