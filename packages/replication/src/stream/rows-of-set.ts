import type { RowEvent } from './transaction.ts';

/**
 * A change of the monolith's as it is to a service that has some rows of the table: a row that comes to be one of these is
 * inserted, one that is none any more is deleted; undefined: it is about none. Needs the old row whole (REPLICA IDENTITY FULL).
 */
export function withinSet(event: RowEvent): RowEvent | undefined {
  const { kind, table, row, old } = event;
  // What the service writes outside of its rows is told as a conflict.
  if (table.plan.direction === 'reverse') return event;
  if (kind !== 'update') return table.inSet(row) ? event : undefined;
  const [was, is] = [table.inSet(old ?? row), table.inSet(row)];
  if (was && is) return event;
  if (is) return { ...event, kind: 'insert', old: undefined, full: false };
  return was ? { ...event, kind: 'delete', row: old! } : undefined;
}
