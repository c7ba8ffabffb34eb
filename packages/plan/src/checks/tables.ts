import { ReplicationError } from '@banyan/replication/errors';
import { checkTable as checkReplicable } from '@banyan/replication/mapping';
import { type PlanProblem, pathTo, problem } from '../problem.ts';
import type { TableMapping } from '../types.ts';
import { checkDisjoint, type RowOwner } from './row-sets.ts';
import type { SoundPlan } from './sound-parts.ts';

export function checkTable(path: string, table: TableMapping): PlanProblem[] {
  if (table.columns.length === 0) {
    return [problem(`${path}.columns`, [], 'maps no column', 'map at least the key, e.g. copy')];
  }
  const problems: PlanProblem[] = [];
  const legacy = table.columns.flatMap(({ legacyColumns }) => legacyColumns);
  const service = table.columns.flatMap(({ forward }) => Object.keys(forward));
  const demand = (at: string, column: string, mapped: string[], side: string) => {
    if (!mapped.includes(column)) {
      problems.push(
        problem(
          at,
          column,
          `is not among the mapped ${side} columns (${mapped.join(', ')})`,
          'map it, or correct the name',
        ),
      );
    }
  };
  for (const [index, column] of table.legacy.key.entries())
    demand(pathTo(`${path}.legacy.key`, index), column, legacy, 'legacy');
  for (const [index, column] of table.service.key.entries())
    demand(pathTo(`${path}.service.key`, index), column, service, 'service');
  if (table.owner.by === 'key') {
    demand(`${path}.owner.legacyColumn`, table.owner.legacyColumn, legacy, 'legacy');
    demand(`${path}.owner.serviceColumn`, table.owner.serviceColumn, service, 'service');
  }
  const filled = new Map<string, number>();
  for (const [index, { forward }] of table.columns.entries()) {
    for (const column of Object.keys(forward)) {
      const first = filled.get(column);
      if (first === undefined) filled.set(column, index);
      else
        problems.push(
          problem(
            pathTo(`${path}.columns`, index),
            column,
            `is filled by columns[${first}] already`,
            'keep one of the two',
          ),
        );
    }
  }
  return problems.length > 0 ? problems : checkMapping(path, table);
}

/** What the replication itself would refuse when the link is opened. */
function checkMapping(path: string, table: TableMapping): PlanProblem[] {
  try {
    checkReplicable(table);
    return [];
  } catch (error) {
    if (!(error instanceof ReplicationError)) throw error;
    const why = String(error.details.why ?? error.message);
    return [
      problem(
        path,
        undefined,
        `${nameOf(table)}: ${why}`,
        'write the table with table() and its column helpers',
      ),
    ];
  }
}

/** Several services may take columns of one legacy table, but each row and each column has one owner. */
export function checkSharedTables({ services }: SoundPlan): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const rowOwners = new Map<string, RowOwner[]>();
  const columnOwners = new Map<string, { at: string; where: TableMapping['where'] }>();
  const targets = new Map<string, string>();
  for (const service of services) {
    for (const { path, table } of service.tables) {
      const name = nameOf(table);
      const target = `${service.name}: ${table.service.schema}.${table.service.table}`;
      const other = targets.get(target);
      if (other)
        problems.push(
          problem(
            `${path}.service.table`,
            table.service.table,
            `is filled by ${other} already`,
            'merge the two mappings, or use another table',
          ),
        );
      else targets.set(target, path);

      if (table.rows === 'owned') {
        const owner = { path, service: service.name, table };
        const others = rowOwners.get(name) ?? [];
        rowOwners.set(name, [...others, owner]);
        problems.push(...others.flatMap((other) => checkDisjoint(name, owner, other)));
      }

      for (const [index, mapping] of table.columns.entries()) {
        if (mapping.flow !== 'both') continue;
        for (const column of Object.keys(mapping.reverse)) {
          if (table.legacy.key.includes(column)) continue; // a key never changes, so nobody has to own it
          const first = columnOwners.get(`${name}.${column}`);
          const at = pathTo(`${path}.columns`, index);
          // Of rows that are some of the table's, others have the column of others.
          if (first && !(table.where && first.where)) {
            problems.push(
              problem(
                at,
                column,
                `${name}.${column} is changed by ${first.at} already (flow 'both')`,
                "set flow: 'forward' where the column is only read",
              ),
            );
          } else columnOwners.set(`${name}.${column}`, { at, where: table.where });
        }
      }
    }
  }
  return problems;
}

export function nameOf({ legacy }: TableMapping): string {
  return `${legacy.schema}.${legacy.table}`;
}
