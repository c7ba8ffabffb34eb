import type { Ownership } from '../link/ownership.ts';
import type { RowEvent } from '../stream/transaction.ts';
import type { ConflictLog } from './conflict-log.ts';
import { ownedByService } from './route.ts';
import { attempt } from './savepoint.ts';
import type { TargetSession } from './target-session.ts';

/**
 * Rows that others own (`rows: 'foreign'`), of which the service makes and deletes some by itself, from what it hears of them, before
 * or after the link does. What is not there is on its way, or was gone here sooner: nothing of it is a conflict.
 */

/** Inserts a row that the service may have made. What it keeps of it, because it owns the row, is sent to the monolith. */
export async function upsertForeign(
  session: TargetSession,
  log: ConflictLog,
  { table, row }: RowEvent,
  ownership: Ownership,
): Promise<void> {
  const owned = ownedByService(table.plan, ownership);
  const { rowCount } = await session.run(table, table.upsert(owned, false), [row]);
  if (rowCount === 1) return;
  await session.run(table, table.upsert(owned, true), [row]);
  await log.ask(table, row, 'service');
}

/**
 * An update of a row that is not there. The monolith's brings the row, if it is whole; the service's says nothing yet: the
 * monolith's insert will find what it keeps. Resolves with what a constraint says against it.
 */
export async function updateMissingForeign(
  session: TargetSession,
  log: ConflictLog,
  event: RowEvent,
  ownership: Ownership,
): Promise<string | undefined> {
  const { table, row } = event;
  if (table.plan.direction === 'reverse') return undefined;
  if (table.absentOf(row) === '')
    return await attempt(session, () => upsertForeign(session, log, event, ownership));
  await log.ask(table, row, 'monolith');
  return undefined;
}
