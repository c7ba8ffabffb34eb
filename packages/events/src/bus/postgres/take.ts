import { type Queryable, runWithNext } from '@banyan/postgres';
import type { Envelope } from '../../envelope.ts';
import { SCHEMA } from './queues.ts';

export type Job = {
  id: string;
  data: Envelope;
  /** Attempts that failed. */
  failures: number;
};

/**
 * Locks the first message of each of up to `room` keys, oldest first, until the transaction ends; keys whose first message is
 * locked by another or put off are passed over. Our own statement in place of pg-boss's fetch: its policy `key_strict_fifo`
 * promises the same order, but reads all that waits in the queue each time, so a consumer that has fallen behind falls
 * behind ever more. This one looks at the oldest only, and at more of them if none of those can be had.
 */
export async function takeFirstOfKeys(tx: Queryable, queue: string, room: number): Promise<Job[]> {
  for (let look = Math.max(LOOK, room * 8); ; look *= 16) {
    const { rows } = await tx.query<Job & { waiting: number }>({
      name: 'banyan_bus_take',
      text: TAKE,
      values: [queue, look, room],
    });
    if (rows.length > 0) return rows;
    if (look >= LOOK_AT_MOST || !(await isBeyond(tx, queue, look))) return [];
  }
}

/** Removes what was taken, with the transaction's COMMIT. */
export async function remove(tx: Queryable, queue: string, ids: readonly string[]): Promise<void> {
  await runWithNext(tx, {
    name: 'banyan_bus_remove',
    text: `DELETE FROM ${SCHEMA}.job WHERE name = $1 AND id = ANY($2::uuid[])`,
    values: [queue, ids],
  });
}

/** Lets a message that was taken come again later; what waits behind it goes on waiting. */
export async function putOff(
  tx: Queryable,
  queue: string,
  { id, delayMs, reason }: { id: string; delayMs: number; reason: string },
): Promise<void> {
  await tx.query({
    name: 'banyan_bus_put_off',
    text: `UPDATE ${SCHEMA}.job SET state = 'retry', retry_count = retry_count + 1, output = jsonb_build_object('reason', $4::text),
             start_after = clock_timestamp() + $3 * interval '1 millisecond'
           WHERE name = $1 AND id = $2`,
    values: [queue, id, delayMs, reason],
  });
}

const LOOK = 128;
const LOOK_AT_MOST = 1_000_000;

// Between the snapshot and the lock another may have put a message off or removed it: the conditions on `j` are checked
// again on what is locked.
const TAKE = `
  WITH oldest AS MATERIALIZED (
    SELECT id, singleton_key, created_on, start_after FROM ${SCHEMA}.job
    WHERE name = $1 AND state < 'active' AND NOT blocked
    ORDER BY priority DESC, created_on, id LIMIT $2),
  first AS MATERIALIZED (
    SELECT DISTINCT ON (singleton_key) id, start_after FROM oldest ORDER BY singleton_key, created_on, id)
  SELECT j.id, j.data, j.retry_count AS failures FROM ${SCHEMA}.job j
  WHERE j.name = $1 AND j.id = ANY(ARRAY(SELECT id FROM first WHERE start_after <= now()))
    AND j.state < 'active' AND j.start_after <= now()
  ORDER BY j.created_on, j.id LIMIT $3
  FOR UPDATE OF j SKIP LOCKED`;

async function isBeyond(tx: Queryable, queue: string, look: number): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'banyan_bus_beyond',
    text: `SELECT FROM ${SCHEMA}.job WHERE name = $1 AND state < 'active' AND NOT blocked
           ORDER BY priority DESC, created_on OFFSET $2 LIMIT 1`,
    values: [queue, look],
  });
  return rowCount === 1;
}
