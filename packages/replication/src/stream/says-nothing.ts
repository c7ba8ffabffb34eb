import type { BoundTable } from '../apply/bound-table.ts';
import type { RowEvent } from './transaction.ts';

/**
 * Whether a change has nothing to say to the target: an update that leaves all as it was that the mapping reads. What somebody writes about themselves
 * changes a row of which five services know a word each, and a wallet changes with each booking; each would be a transaction on the target, and one more
 * in the log that leads back. That the row is there, its insert has told. Pure.
 *
 * Whether something has changed tells the old row whole (REPLICA IDENTITY FULL), or that nothing but the key is mapped.
 */
export function saysNothing({ kind, table, row, old, full, carried }: RowEvent): boolean {
  // What is never to change is recorded, and what a cascade has changed is sent back.
  if (kind !== 'update' || carried !== undefined || table.plan.mapping.append) return false;
  if (full) return table.sameInputs(old!, row);
  return readsKeyOnly(table) && (old === undefined || table.sameKey(old, row));
}

function readsKeyOnly({ plan, ownerInKey }: BoundTable): boolean {
  // Of what others insert an update may have to bring the row, and of some rows only the old one tells which they are.
  if (plan.mapping.rows === 'foreign' || plan.set || (plan.owner && !ownerInKey)) return false;
  return plan.updates.every(({ column }) => plan.targetKey.includes(column));
}
