import type { Link } from '@banyan/replication';
import type pg from 'pg';

/**
 * Brings the links of a service that has just retired to where they may be dropped: all that either side committed before
 * the step is on the other. False: not yet, since a gateway worker still acts on an older route table and may send a write to the
 * monolith. Rejects when a barrier is not reached in time; the caller asks again.
 */
export async function drainRetired(options: {
  pool: Pick<pg.Pool, 'query'>;
  /** The route table with which the service retired. */
  version: number;
  forward: Link;
  reverse: Link;
  timeoutMs: number;
}): Promise<boolean> {
  const { pool, version, forward, reverse, timeoutMs } = options;
  if (!(await everyWorkerActsOn(pool, version))) return false;
  // The lock waits for writers that no gateway knows of.
  await forward.barrier({ lock: true, timeoutMs });
  await reverse.barrier({ timeoutMs });
  return true;
}

async function everyWorkerActsOn(pool: Pick<pg.Pool, 'query'>, version: number): Promise<boolean> {
  const { rows } = await pool.query<{ all: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM control.workers WHERE lease_until > clock_timestamp() AND version < $1) AS all`,
    [version],
  );
  return rows[0]!.all;
}
