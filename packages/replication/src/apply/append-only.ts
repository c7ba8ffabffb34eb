import { quoteIdent, quoteTable } from '@banyan/postgres';
import type { RowEvent, SourceTransaction } from '../stream/transaction.ts';
import type { ConflictLog } from './conflict-log.ts';
import type { TargetSession } from './target-session.ts';

/**
 * Records an update or delete in a table whose rows are only ever inserted (`append`). What becomes of it is decided as
 * elsewhere. A row that goes with its parent is no such change.
 */
export async function recordAppendOnly(
  session: TargetSession,
  log: ConflictLog,
  event: RowEvent,
  transaction: SourceTransaction,
): Promise<void> {
  const { plan } = event.table;
  if (!plan.mapping.append) return;
  if (event.kind === 'delete' && (await wentWithParent(session, event))) return;
  const source = plan.direction === 'forward' ? 'monolith' : 'service';
  const detail = `The table is append-only by the plan; a row of it was ${event.kind}d on the ${source}'s side.`;
  await log.record('append_only_changed', event, undefined, source, transaction, detail);
}

/** By the target's row: of a deleted one the stream says no more than its key. */
async function wentWithParent(session: TargetSession, { table, row }: RowEvent): Promise<boolean> {
  const parent = table.plan.owner?.lookup.parent;
  if (!parent) return false;
  const existing = (await session.run(table, table.select(), [row])).rows[0];
  if (!existing) return false;
  const { owner, target } = table.plan;
  const type = target.columns.get(owner!.target)!.bareType;
  const { rowCount } = await session.client.query(
    `SELECT FROM ${quoteTable(parent.table.schema, parent.table.table)} WHERE ${quoteIdent(parent.key)} = $1::text::${type}`,
    [existing[owner!.target]],
  );
  return rowCount === 0;
}
