import { type PlanProblem, problem } from '../problem.ts';
import type { TableMapping } from '../types.ts';
import type { SoundPlan } from './sound-parts.ts';

/** Who inserts and deletes rows of a table. */
export type RowOwner = { path: string; service: string; table: TableMapping };

/** Two services may each insert rows of a table if a column tells them apart. */
export function checkDisjoint(
  name: string,
  { path, service, table }: RowOwner,
  first: RowOwner,
): PlanProblem[] {
  const [mine, theirs] = [table.where, first.table.where];
  if (service === first.service || !mine || !theirs)
    return [
      problem(
        `${path}.rows`,
        table.rows,
        `the rows of ${name} are owned by ${first.path} already`,
        "set rows: 'foreign' on one of the two, or, if a column tells the rows of two services apart, where: { column, in } on both",
      ),
    ];
  if (mine.column !== theirs.column)
    return [
      problem(
        `${path}.where.column`,
        mine.column,
        `${first.path} tells the rows of ${name} by ${theirs.column}, so that a row could be of both`,
        'tell them by the same column',
      ),
    ];
  const both = mine.in.filter((value) => theirs.in.includes(value));
  if (both.length === 0) return [];
  return [
    problem(
      `${path}.where.in`,
      mine.in,
      `${both.map((value) => `'${value}'`).join(', ')}: ${first.path} has these rows of ${name} already`,
      'name each value once',
    ),
  ];
}

/** Writes that nothing keeps from giving a service's row to another one would leave it with both. */
export function checkRowSets({ services, monolith }: SoundPlan): PlanProblem[] {
  if (monolith.writeLocks !== false) return [];
  return services.flatMap(({ tables }) =>
    tables
      .filter(({ table }) => table.where !== undefined)
      .map(({ path, table }) =>
        problem(
          `${path}.where`,
          table.where,
          `has rows of ${table.legacy.schema}.${table.legacy.table} taken over by a column that the monolith may change at any time: without write locks it could give away a row that is the service's`,
          'leave monolith.writeLocks at true, or take over the whole table',
        ),
      ),
  );
}
