import type { Parent } from '../catalog/foreign-keys.ts';
import type { RowEvent, SourceTransaction } from '../stream/transaction.ts';
import type { ConflictLog } from './conflict-log.ts';
import type { TargetSession } from './target-session.ts';

/** Foreign keys of the target by which the row leads nowhere. The parents that are there stay until we have committed. */
export async function lostParents(
  session: TargetSession,
  { table, row, old }: RowEvent,
  kind: 'insert' | 'update' | 'rekey',
): Promise<Parent[]> {
  const lost: Parent[] = [];
  for (const { parent, statement } of table.missingParents(kind, table.absentOf(row))) {
    const { rows } = await session.run(table, statement, [row], [old ?? row]);
    if (Number(rows[0].count) > 0) lost.push(parent);
  }
  return lost;
}

/**
 * The monolith deleted parents of this row, and its own foreign keys did not find it, for it was not here. So what they
 * would have done is done now, and the monolith's row, or that there is none, is sent back, whoever owns it.
 */
export async function followLost(
  session: TargetSession,
  log: ConflictLog,
  lost: Parent[],
  event: RowEvent,
  transaction: SourceTransaction,
): Promise<void> {
  if (lost.length === 0) return;
  const { table, row } = event;
  const deleted = lost.some(({ action }) => action === 'delete');
  const unset = deleted ? [] : lost.filter(({ action }) => action !== 'keep');
  if (deleted) await session.run(table, table.delete(), [row]);
  for (const parent of unset) await session.run(table, table.unset(parent), [row]);
  const kept = !deleted && unset.length === 0;
  const names = lost.map(({ constraint }) => constraint).join(', ');
  const winner = kept ? 'service' : 'monolith';
  await log.record('parent_missing', event, undefined, winner, transaction, `Leads nowhere by ${names}`);
  const columns = unset.flatMap(({ sets }) => sets);
  if (!kept) await log.ask(table, row, 'monolith', 0n, columns);
}
