import type { Queryable } from './schema.ts';

const KEEP_MISMATCHES = 10_000;
const KEEP_FAILURES_PER_ROUTE = 20;

/** Drops what nobody asks for any more. Evidence is bounded by roll-up.ts. */
export async function prune(db: Queryable): Promise<void> {
  await db.query('DELETE FROM control.mismatches WHERE id <= (SELECT max(id) FROM control.mismatches) - $1', [
    KEEP_MISMATCHES,
  ]);
  await db.query(
    `DELETE FROM control.failures WHERE id IN (
       SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY service, route, side ORDER BY id DESC) AS place
                         FROM control.failures) AS each WHERE place > $1)`,
    [KEEP_FAILURES_PER_ROUTE],
  );
  await db.query(`DELETE FROM control.workers WHERE lease_until < clock_timestamp() - interval '1 hour'`);
  await db.query(`DELETE FROM control.fences WHERE decided_at < clock_timestamp() - interval '7 days'`);
}
