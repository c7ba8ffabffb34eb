import {
  type RepairEvent,
  type RowEvent,
  repairEvent,
  type SourceTransaction,
} from '../stream/transaction.ts';
import type { ConflictLog } from './conflict-log.ts';

/**
 * Rows of a table of which a service has some only (`where`). What the service writes outside of these is not its own: it is
 * recorded, and the monolith's row is sent back, or that it has none.
 */

export function isOutside({ kind, table, row }: RowEvent): boolean {
  return kind !== 'delete' && table.plan.direction === 'reverse' && !table.inSet(row);
}

export async function refuseOutside(
  log: ConflictLog,
  event: RowEvent,
  transaction: SourceTransaction,
): Promise<void> {
  const { table, row, old } = event;
  const { column, in: values } = table.plan.mapping.where!;
  const detail = `By the plan the service has rows only whose ${column} is one of: ${values.join(', ')}.`;
  await log.record('outside_rows', event, undefined, 'monolith', transaction, detail);
  await log.ask(table, row, 'monolith');
  if (old !== undefined && !table.sameKey(old, row)) await log.ask(table, old, 'monolith');
}

/** A repair's rows as changes. A row of the monolith's that is none of the service's is as one that is not there. */
export function changesOf({ table, rows, carried }: RepairEvent): RowEvent[] {
  return rows.map(({ key, row }) => {
    const event = repairEvent(table, row ?? key, row !== null, carried);
    const gone = table.plan.direction === 'forward' && row !== null && !table.inSet(event.row);
    return gone ? repairEvent(table, key, false, carried) : event;
  });
}
