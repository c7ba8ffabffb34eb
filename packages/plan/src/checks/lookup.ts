import type { KeySource } from '@banyan/gateway';
import { type PlanProblem, problem } from '../problem.ts';
import type { ParsedRoute } from '../resolve/notation.ts';
import type { PlanRoute, TableMapping } from '../types.ts';
import type { SoundService } from './sound-parts.ts';
import { nameOf } from './tables.ts';

/** Whose a row is has to be readable on both sides, and to be what decides its side. */
export function checkLookup(
  { tables, complete }: SoundService,
  path: string,
  route: PlanRoute,
  parsed: ParsedRoute | null,
  key: Extract<KeySource, { from: 'lookup' }>,
): PlanProblem[] {
  if (parsed && !parsed.params.includes(key.param))
    return [
      problem(
        `${path}.key.by`,
        `params.${key.param}`,
        `${parsed.path} has no parameter :${key.param}`,
        'name the one that says which row',
      ),
    ];
  const table = tables.find(({ table }) => nameOf(table) === key.table)?.table;
  if (table === undefined)
    return complete
      ? [
          problem(
            `${path}.key.lookup`,
            key.table,
            'is not a table of the monolith that this service maps',
            'add it to the tables of the service',
          ),
        ]
      : [];
  const owners = ownerColumnOf(table);
  if (owners !== key.column)
    return [
      problem(
        `${path}.key.column`,
        key.column,
        `is not the column by which rows of ${key.table} are owned`,
        owners === null ? "own the table by key (owner: { by: 'key', ... })" : `use '${owners}'`,
      ),
    ];
  const { legacy, columns } = table;
  const readable =
    legacy.key.includes(key.matches) ||
    columns.some(
      ({ legacyColumns, serviceColumns }) =>
        legacyColumns.length === 1 && legacyColumns[0] === key.matches && serviceColumns.length === 1,
    );
  if (readable) return [];
  return [
    problem(
      `${path}.key`,
      route.key,
      `no column ${key.matches} of ${key.table} is mapped to one of the service`,
      'map it with copy() or rename(), or say another one in matches',
    ),
  ];
}

/** The monolith's column that says whose a row is, or to which row it belongs. */
function ownerColumnOf({ owner }: TableMapping): string | null {
  if (owner.by === 'writer') return null;
  return owner.by === 'key' ? owner.legacyColumn : owner.column;
}
