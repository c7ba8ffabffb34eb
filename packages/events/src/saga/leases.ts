import type pg from 'pg';
import { queueName } from './names.ts';

export type Executor = {
  id: string;
  service: string;
  /** Record names of the definitions that it knows. */
  sagas: readonly string[];
  /** Milliseconds after its last sign of life at which the others take it for dead. */
  leaseMs: number;
};

/** Says that this process lives. */
export async function renewLease(pool: pg.Pool, { id, service, sagas, leaseMs }: Executor): Promise<void> {
  await pool.query(
    `INSERT INTO banyan_events.saga_executors (executor_id, service, sagas, lease_until)
     VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond')
     ON CONFLICT (executor_id) DO UPDATE SET sagas = excluded.sagas, lease_until = excluded.lease_until`,
    [id, service, sagas, leaseMs],
  );
}

/** Says that it stops: the others need not wait until its lease runs out. */
export async function dropLease(pool: pg.Pool, id: string): Promise<void> {
  await pool.query('DELETE FROM banyan_events.saga_executors WHERE executor_id = $1', [id]);
}

/**
 * Puts sagas of processes that have stopped or died onto the queues of their definitions, where each is taken by one of
 * the living. Only DBOS's paid Conductor does this by itself; without it an executor recovers nothing but what ran under
 * its own id. A process that was only slow loses nothing but work: DBOS lets it record nothing on a saga that has a new
 * owner. Returns how many.
 *
 * DBOS counts recoveries so as to give up what kills every process; those after an orderly stop do not count.
 */
export async function takeOver(pool: pg.Pool, { service, sagas }: Executor): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE banyan_sagas.workflow_status w
     SET ${REQUEUED}, recovery_attempts = CASE WHEN EXISTS (
       SELECT 1 FROM banyan_events.saga_executors e WHERE e.executor_id = w.executor_id) THEN recovery_attempts ELSE 0 END
     WHERE w.status = 'PENDING' AND w.application_name = $1 AND w.name = ANY($2) AND NOT EXISTS (
       SELECT 1 FROM banyan_events.saga_executors e WHERE e.executor_id = w.executor_id AND e.lease_until > now())`,
    [service, sagas],
  );
  return rowCount ?? 0;
}

/** Lets a saga that broke off go on from its records. */
export async function requeue(tx: pg.PoolClient, id: string): Promise<void> {
  await tx.query('DELETE FROM banyan_sagas.workflow_output WHERE workflow_uuid = $1', [id]);
  await tx.query(
    `UPDATE banyan_sagas.workflow_status w SET ${REQUEUED}, recovery_attempts = 0, completed_at = NULL
     WHERE workflow_uuid = $1 AND status IN ('ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')`,
    [id],
  );
}

/** Forgets executors that have been dead for a day. */
export async function sweepLeases(pool: pg.Pool): Promise<void> {
  await pool.query("DELETE FROM banyan_events.saga_executors WHERE lease_until < now() - interval '1 day'");
}

/** What DBOS itself sets when it gives a workflow back to a queue. */
const REQUEUED = `status = 'ENQUEUED', owner_xid = NULL, started_at_epoch_ms = NULL,
  queue_name = '${queueName('')}' || w.name, updated_at = (extract(epoch FROM now()) * 1000)::bigint`;
