import type { Db } from './pool.ts';

/**
 * The oldest transaction that may still commit, an `xid8` as text. Whoever follows a table whose rows say by `pg_current_xact_id()` in which transaction
 * they changed asks for this first and then for what changed since the last one: whatever commits later is of a transaction that is not before
 * it. What was under way meanwhile may come twice.
 */
export async function horizon(db: Db): Promise<string> {
  const { rows } = await db.query<{ xmin: string }>(
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin',
  );
  return rows[0]!.xmin;
}
