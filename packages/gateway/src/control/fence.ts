import type pg from 'pg';
import type { RouteTable } from './route-table.ts';
import { CHANNEL, type Queryable } from './schema.ts';

export type FenceErrorCode = 'fence-open' | 'fence-not-holding' | 'fence-not-acknowledged';

export class FenceError extends Error {
  readonly code: FenceErrorCode;
  constructor(code: FenceErrorCode, message: string) {
    super(message);
    this.name = 'FenceError';
    this.code = code;
  }
}

/** Whoever opens fences names them before: so they can be withdrawn when the answer to the opening is lost. */
export type FencesOfStep = {
  /** Each with a UUID of its own, for a service that has no other. */
  fences: readonly { id: string; service: string }[];
  /** Basis points. */
  fromShare: number;
  toShare: number;
};

/**
 * Opens these fences, all at once: from their announcement on, workers hold. After `limitMs`, by the database's clock, they cannot be
 * committed any more. Throws `fence-open` when one of the services has a fence already, or one of these was withdrawn; then none is opened.
 */
export async function openFences(
  db: Queryable,
  { fences, fromShare, toShare, limitMs }: FencesOfStep & { limitMs: number },
): Promise<void> {
  const services = fences.map(({ service }) => service);
  try {
    await db.query(
      `WITH fence AS (
         INSERT INTO control.fences (id, service, from_share, to_share, deadline)
         SELECT id, service, $3, $4, clock_timestamp() + $5 * interval '1 millisecond'
           FROM unnest($1::uuid[], $2::text[]) AS fence (id, service)
       )
       SELECT pg_notify('${CHANNEL}', 'fence')`,
      [fences.map(({ id }) => id), services, fromShare, toShare, limitMs],
    );
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    throw new FenceError('fence-open', `one of ${services.join(', ')} has an open fence already`);
  }
}

/**
 * Aborts fences that may be open, decided, or not opened yet because the statement is still on its way: then it opens none. One
 * transaction commits all of a step, so either all are committed or none is.
 */
export async function withdrawFences(
  db: Queryable,
  { fences, fromShare, toShare }: FencesOfStep,
): Promise<'aborted' | 'committed'> {
  const states: string[] = [];
  for (const { id, service } of fences) {
    await db.query(
      `INSERT INTO control.fences (id, service, from_share, to_share, deadline, state, decided_at)
       VALUES ($1, $2, $3, $4, clock_timestamp(), 'aborted', clock_timestamp()) ON CONFLICT (id) DO NOTHING`,
      [id, service, fromShare, toShare],
    );
    states.push(await abortFence(db, id));
  }
  return states.includes('committed') ? 'committed' : 'aborted';
}

export type AwaitAcksOptions = {
  timeoutMs: number;
  /** How often to look when no notification comes. Default 50. */
  pollMs?: number;
  /**
   * A worker whose lease ran out less than this ago still has to acknowledge: what it had sent when it died may still
   * be running. Default 0: the barrier's table lock and the guards cover that.
   */
  graceMs?: number;
};

/**
 * Resolves when every worker with a live lease has acknowledged the fence. Throws `fence-not-acknowledged` after
 * `timeoutMs`, naming the workers, and `fence-not-holding` when somebody aborted it.
 */
export async function awaitAcks(pool: pg.Pool, id: string, options: AwaitAcksOptions): Promise<void> {
  const { timeoutMs, pollMs = 50, graceMs = 0 } = options;
  const until = performance.now() + timeoutMs;
  const client = await pool.connect();
  let wake = () => {};
  const onNotification = () => wake();
  try {
    client.on('notification', onNotification);
    await client.query(`LISTEN ${CHANNEL}`);
    for (;;) {
      const { state, missing } = await missingAcks(client, id, graceMs);
      if (state !== 'holding') throw new FenceError('fence-not-holding', `fence ${id} is ${state}`);
      if (missing.length === 0) return;
      const left = until - performance.now();
      if (left <= 0) {
        const names = missing.join(', ');
        throw new FenceError('fence-not-acknowledged', `fence ${id}: no acknowledgement of ${names}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(pollMs, left));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    client.off('notification', onNotification);
    await client.query(`UNLISTEN ${CHANNEL}`).catch(() => {});
    client.release();
  }
}

/**
 * Inside the caller's transaction: holding → committed, each of them, and the new table with it. Checks once more that every live
 * worker has acknowledged. Throws `fence-not-holding` (one is decided already, or past its deadline) or
 * `fence-not-acknowledged`; then the transaction must be rolled back, so that none is committed.
 */
export async function commitFences(
  client: Queryable,
  ids: readonly string[],
  table: RouteTable,
): Promise<void> {
  for (const id of ids) await commit(client, id);
  await publishTable(client, table);
}

/** Compare-and-set holding → aborted; returns what the fence is now. */
export async function abortFence(db: Queryable, id: string): Promise<'aborted' | 'committed'> {
  // One statement would read the state as of its start; this one has to see what it waited for.
  await db.query(
    `WITH aborted AS (
       UPDATE control.fences SET state = 'aborted', decided_at = clock_timestamp()
        WHERE id = $1 AND state = 'holding' RETURNING id
     )
     SELECT pg_notify('${CHANNEL}', 'fence') FROM aborted`,
    [id],
  );
  const { rows } = await db.query('SELECT state FROM control.fences WHERE id = $1', [id]);
  const row = rows[0] as { state: 'aborted' | 'committed' } | undefined;
  if (!row) throw new FenceError('fence-not-holding', `there is no fence ${id}`);
  return row.state;
}

/** What a fence is now; `late`: holding past its deadline, so it can only be aborted. */
export async function fenceState(
  db: Queryable,
  id: string,
): Promise<{ state: 'holding' | 'committed' | 'aborted'; late: boolean }> {
  const { rows } = await db.query(
    `SELECT state, deadline <= clock_timestamp() AS late FROM control.fences WHERE id = $1`,
    [id],
  );
  const row = rows[0] as { state: 'holding' | 'committed' | 'aborted'; late: boolean } | undefined;
  return row ?? { state: 'aborted', late: true };
}

/** Aborts what a controller that died has left open; returns their ids. */
export async function abortOpenFences(db: Queryable): Promise<string[]> {
  const { rows } = await db.query(
    `WITH aborted AS (
       UPDATE control.fences SET state = 'aborted', decided_at = clock_timestamp()
        WHERE state = 'holding' RETURNING id
     )
     SELECT id, pg_notify('${CHANNEL}', 'fence') FROM aborted`,
  );
  return (rows as { id: string }[]).map(({ id }) => id);
}

/** Stores a new table version and announces it. Fails when the version exists. */
export async function publishTable(db: Queryable, table: RouteTable): Promise<void> {
  await db.query('INSERT INTO control.route_tables (version, body) VALUES ($1, $2)', [
    table.version,
    JSON.stringify(table),
  ]);
  await db.query(`SELECT pg_notify('${CHANNEL}', 'table')`);
}

/** The newest table; null when none was ever published. */
export async function readTable(db: Queryable): Promise<RouteTable | null> {
  const { rows } = await db.query('SELECT body FROM control.route_tables ORDER BY version DESC LIMIT 1');
  return (rows[0] as { body: RouteTable } | undefined)?.body ?? null;
}

/** Gateway workers with a live lease. */
export async function countLiveWorkers(db: Queryable): Promise<number> {
  const { rows } = await db.query(
    'SELECT count(*)::int AS n FROM control.workers WHERE lease_until > clock_timestamp()',
  );
  return (rows[0] as { n: number }).n;
}

const UNIQUE_VIOLATION = '23505';

async function commit(client: Queryable, id: string): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE control.fences SET state = 'committed', decided_at = clock_timestamp()
      WHERE id = $1 AND state = 'holding' AND deadline > clock_timestamp()`,
    [id],
  );
  if (rowCount !== 1)
    throw new FenceError('fence-not-holding', `fence ${id} is decided, or past its deadline`);
  const { missing } = await missingAcks(client, id, 0);
  if (missing.length > 0) {
    throw new FenceError(
      'fence-not-acknowledged',
      `fence ${id}: no acknowledgement of ${missing.join(', ')}`,
    );
  }
}

async function missingAcks(
  db: Queryable,
  id: string,
  graceMs: number,
): Promise<{ state: string; missing: string[] }> {
  const { rows } = await db.query(
    `SELECT fence.state,
            ARRAY(SELECT worker.id FROM control.workers worker
                   WHERE worker.lease_until > clock_timestamp() - $2 * interval '1 millisecond'
                     AND NOT EXISTS (SELECT FROM control.fence_acks ack
                                      WHERE ack.fence_id = fence.id AND ack.worker_id = worker.id)
                   ORDER BY worker.id) AS missing
       FROM control.fences fence WHERE fence.id = $1`,
    [id, graceMs],
  );
  const row = rows[0] as { state: string; missing: string[] } | undefined;
  return row ?? { state: 'unknown', missing: [] };
}
