import type { Tuple } from '@banyan/postgres';
import type { AnnouncedEvent, RowEvent, SourceTransaction } from '../stream/transaction.ts';
import type { ConflictLog } from './conflict-log.ts';
import { ANY_REFUSAL, attempt } from './savepoint.ts';
import type { TargetSession } from './target-session.ts';

/** The monolith's own columns of rows that the service has made. One that the service's table refuses is left as it is. */
export async function applyAnnounced(
  session: TargetSession,
  log: ConflictLog,
  { table, rows }: AnnouncedEvent,
  transaction: SourceTransaction,
): Promise<void> {
  const set = (some: Tuple[]) =>
    attempt(session, () => session.run(table, table.setAnnounced(), some), ANY_REFUSAL);
  if (!(await set(rows))) return;
  for (const row of rows) {
    const violated = await set([row]);
    if (!violated) continue;
    const existing = (await session.run(table, table.select(), [row])).rows[0];
    const event: RowEvent = { kind: 'update', table, row, old: undefined, full: false, carried: undefined };
    await log.record('update_origin_differs', event, existing, 'service', transaction, violated);
  }
}
