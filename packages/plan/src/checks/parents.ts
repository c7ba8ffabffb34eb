import { closestMatch } from '@banyan/replication/closest-match';
import { type PlanProblem, problem } from '../problem.ts';
import { qualifyTable } from '../resolve/notation.ts';
import type { TableMapping } from '../types.ts';
import type { SoundPlan, SoundService } from './sound-parts.ts';
import { nameOf } from './tables.ts';

/** Rows that belong to a row: the way from parent to parent has to end at a table whose rows belong to a key. */
export function checkParents({ services }: SoundPlan): PlanProblem[] {
  return services.flatMap((service) =>
    service.tables.flatMap(({ path, table }) => checkParent(service, path, table)),
  );
}

function checkParent(service: SoundService, path: string, table: TableMapping): PlanProblem[] {
  if (table.owner.by !== 'parent') return [];
  const at = `${path}.owner.table`;
  const mapped = service.tables.map(({ table }) => nameOf(table));
  const way = [nameOf(table)];
  for (let child = table; child.owner.by === 'parent'; ) {
    const name = qualifyTable(child.owner.table);
    const parent = service.tables.find(({ table }) => nameOf(table) === name)?.table;
    if (way.includes(name)) {
      return [
        problem(
          at,
          table.owner.table,
          `leads back to itself (${[...way, name].join(' → ')}), so that no key owns a row of it`,
          'own one of these tables by key',
        ),
      ];
    }
    if (!parent) {
      // Its own problem is told there.
      if (child !== table || !service.complete) return [];
      const meant = closestMatch(name, mapped);
      return [
        problem(
          at,
          table.owner.table,
          'is not a table that this service maps, so that nobody could find whose a row is',
          meant ? `did you mean '${meant}'?` : 'map it as well, or own the rows by key',
        ),
      ];
    }
    if (parent.owner.by === 'writer') {
      return [
        problem(
          at,
          table.owner.table,
          `${name} has one writer for all its rows, so that no key owns what belongs to them`,
          `own ${name} by key, or say owner: { by: 'writer' } here too`,
        ),
      ];
    }
    if (parent.where) {
      return [
        problem(
          at,
          table.owner.table,
          `the service takes over some rows of ${name} only (where), and what belongs to the others would come with them`,
          `take over ${name} whole, or own the rows by key`,
        ),
      ];
    }
    if (parent.legacy.key.length > 1) {
      return [
        problem(
          at,
          table.owner.table,
          `${name} has a key of several columns (${parent.legacy.key.join(', ')}), to which one column cannot refer`,
          'own the rows by key',
        ),
      ];
    }
    way.push(name);
    child = parent;
  }
  return [];
}
