import type { RowEvent } from './transaction.ts';

/**
 * Whether a change has nothing to say to the target: an update of a row of which only the key is mapped, and that is as it was. A wallet of which
 * a service knows whose it is changes with each booking, and each would be a transaction there. That the row is there, its insert has told. Pure.
 */
export function saysNothing({ kind, table, row, old, carried }: RowEvent): boolean {
  const { plan, ownerInKey } = table;
  if (kind !== 'update' || carried !== undefined) return false;
  // What others insert an update may have to bring; what is never to change is recorded; and of some rows only the source tells which they are.
  if (plan.mapping.rows === 'foreign' || plan.mapping.append || plan.set) return false;
  if (plan.owner !== undefined && !ownerInKey) return false;
  if (plan.updates.some(({ column }) => !plan.targetKey.includes(column))) return false;
  return old === undefined || table.sameKey(old, row);
}
