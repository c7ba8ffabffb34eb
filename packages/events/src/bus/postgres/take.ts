import { type Queryable, runWithNext } from '@banyan/postgres';
import type { Envelope } from '../../envelope.ts';
import type { EventsError } from '../../errors.ts';
import { receiveValue } from '../received.ts';
import { SCHEMA } from './queues.ts';

export type Job = {
  id: string;
  /** Jobs with the same one follow each other. */
  key: string;
  message: Envelope;
  /** It is no message, and why. */
  unreadable?: EventsError;
  /** Attempts that failed. */
  failures: number;
  /** Processes that ended while they had it in flight. With one or more it is handled alone. */
  ends: number;
};

/** What could be had, and whether there was more in the queue: put off, in other hands, or beyond what was asked for. */
type Taken = { jobs: Job[]; more: boolean };

/**
 * The oldest messages, `limit` at most, of keys whose first message can be had: that one is locked until the transaction ends,
 * and whoever holds the first of a key has all that wait behind it. Keys whose first message is locked by another or put off
 * are passed over. Without `together` it takes the first of each key only; `taken` says how many this process holds already.
 *
 * Our own statement in place of pg-boss's fetch: its policy `key_strict_fifo` promises the same order, but reads all that waits
 * in the queue each time, so a consumer that has fallen behind falls behind ever more. This one looks at the oldest only, and
 * at more of them if none of those can be had.
 *
 * `suspects`: those that a process ended with, or all others. What waits behind a suspect waits with it.
 */
export async function takeOldest(
  tx: Queryable,
  queue: string,
  {
    limit,
    together,
    taken,
    suspects,
  }: { limit: number; together: boolean; taken: number; suspects: boolean },
): Promise<Taken> {
  for (let look = suspects ? LOOK_FOR_SUSPECTS : Math.max(LOOK, limit * 2 + taken); ; look *= 16) {
    const values = [queue, look, limit, together, suspects];
    const { rows } = await tx.query<Row>({ name: 'banyan_bus_take', text: TAKE, values });
    const { seen } = rows[0]!;
    const had = rows.filter(isHad).map(jobOf);
    const jobs = suspects ? had : beforeSuspects(had);
    if (suspects || had.length > 0 || seen < look || look >= LOOK_AT_MOST)
      return { jobs, more: seen > jobs.length };
  }
}

/** Whether there is one that could be taken. */
export async function hasSuspects(db: Queryable, queue: string): Promise<boolean> {
  const look = { limit: 1, together: false, taken: 0, suspects: true };
  return (await takeOldest(db, queue, look)).jobs.length > 0;
}

/** Removes what was taken, with the transaction's COMMIT. */
export async function remove(tx: Queryable, queue: string, ids: readonly string[]): Promise<void> {
  await runWithNext(tx, {
    name: 'banyan_bus_remove',
    text: `DELETE FROM ${SCHEMA}.job WHERE name = $1 AND id = ANY($2::uuid[])`,
    values: [queue, ids],
  });
}

/**
 * Makes a message that was taken a dead letter, unless another take did: two may have the same one, where an older message of its key was committed
 * after the first take had looked.
 */
export async function bury(
  tx: Queryable,
  queue: string,
  { job, reason }: { job: Job; reason: string },
): Promise<void> {
  const { id, message, failures } = job;
  await tx.query({
    name: 'banyan_bus_bury',
    text: `WITH gone AS (DELETE FROM ${SCHEMA}.job WHERE name = $1 AND id = $2 RETURNING id)
           INSERT INTO banyan_bus.dead_letters (queue, type, message, reason, attempts) SELECT $1, $3, $4, $5, $6 FROM gone`,
    values: [queue, id, message.type, message, reason, failures + 1],
  });
}

/**
 * Lets a message that was taken come again later; what waits behind it goes on waiting. If another take has had it, too (see `bury`), what failed there at
 * the same time is the same attempt: `failures` are those before it.
 */
export async function putOff(
  tx: Queryable,
  queue: string,
  { job, delayMs, reason }: { job: Job; delayMs: number; reason: string },
): Promise<void> {
  await tx.query({
    name: 'banyan_bus_put_off',
    text: `UPDATE ${SCHEMA}.job SET state = 'retry', retry_count = retry_count + 1, output = jsonb_build_object('reason', $4::text),
             start_after = clock_timestamp() + $3 * interval '1 millisecond'
           WHERE name = $1 AND id = $2 AND retry_count = $5`,
    values: [queue, job.id, delayMs, reason, job.failures],
  });
}

/** What was taken, by id, and until when it is ours: as the database writes it, by which it is known again. */
export type Leases = ReadonlyMap<string, string>;

/** Keeps messages that were taken from others for so long, without a transaction that stays open. */
export async function lease(
  tx: Queryable,
  queue: string,
  { ids, leaseMs }: { ids: readonly string[]; leaseMs: number },
): Promise<Leases> {
  const { rows } = await tx.query<{ id: string; until: string }>({
    name: 'banyan_bus_lease',
    text: `UPDATE ${SCHEMA}.job SET start_after = clock_timestamp() + $3 * interval '1 millisecond'
           WHERE name = $1 AND id = ANY($2::uuid[]) RETURNING id, start_after::text AS until`,
    values: [queue, ids, leaseMs],
  });
  return new Map(rows.map(({ id, until }) => [id, until]));
}

/** From now on for so long, those that nobody has taken since. After 0 ms they can be had by others. */
export async function renew(db: Queryable, queue: string, leases: Leases, leaseMs: number): Promise<Leases> {
  const { rows } = await db.query<{ id: string; until: string }>({
    name: 'banyan_bus_renew',
    text: `UPDATE ${SCHEMA}.job j SET start_after = clock_timestamp() + $4 * interval '1 millisecond'
           FROM unnest($2::uuid[], $3::timestamptz[]) AS mine(id, until)
           WHERE j.name = $1 AND j.id = mine.id AND j.start_after = mine.until
           RETURNING j.id, j.start_after::text AS until`,
    values: [queue, [...leases.keys()], [...leases.values()], leaseMs],
  });
  return new Map(rows.map(({ id, until }) => [id, until]));
}

/** How many messages were looked at, with each of those that could be had; alone if none could. */
type Row = { seen: number } & (Had | { id: null });
type Had = { id: string; key: string | null; data: unknown; failures: number; ends: number };

function isHad(row: Row): row is Row & Had {
  return row.id !== null;
}

function jobOf({ id, key, data, failures, ends }: Had): Job {
  return { id, key: key ?? '', failures, ends, ...receiveValue(data) };
}

/** Of each key what comes before its first suspect. */
function beforeSuspects(jobs: readonly Job[]): Job[] {
  const waiting = new Set<string>();
  return jobs.filter(({ key, ends }) => {
    if (ends > 0) waiting.add(key);
    return !waiting.has(key);
  });
}

const LOOK = 128;
/** They are old, since they were in flight before: what is behind so many others waits until those are gone. */
const LOOK_FOR_SUSPECTS = 1_024;
const LOOK_AT_MOST = 1_000_000;

// Between the snapshot and the lock another may have put a message off or removed it: the conditions on `j` are checked
// again on what is locked. Who locks the first of a key finds the others as the snapshot saw them: nobody else takes those.
const TAKE = `
  WITH oldest AS MATERIALIZED (
    SELECT id, created_on, start_after, first_value(id) OVER (PARTITION BY key ORDER BY created_on, id) AS head
    FROM (SELECT id, singleton_key AS key, created_on, start_after FROM ${SCHEMA}.job
          WHERE name = $1 AND state < 'active' AND NOT blocked
          ORDER BY priority DESC, created_on, id LIMIT $2) o),
  had AS MATERIALIZED (
    SELECT j.id FROM ${SCHEMA}.job j
    WHERE j.name = $1
      AND j.id = ANY(ARRAY(SELECT id FROM oldest WHERE id = head AND start_after <= now()))
      AND j.state < 'active' AND j.start_after <= now() AND coalesce(j.output ? 'ends', false) = $5
    ORDER BY j.created_on, j.id LIMIT $3
    FOR UPDATE OF j SKIP LOCKED)
  SELECT (SELECT count(*) FROM oldest)::int AS seen, taken.id, taken.key, taken.data, taken.failures, taken.ends
  FROM (SELECT) AS one LEFT JOIN (
    SELECT j.id, j.singleton_key AS key, j.data, j.retry_count AS failures,
      coalesce((j.output->>'ends')::int, 0) AS ends, j.created_on
    FROM ${SCHEMA}.job j
    WHERE j.name = $1 AND j.id = ANY(ARRAY(
      SELECT id FROM oldest
      WHERE head IN (SELECT id FROM had) AND start_after <= now() AND ($4 OR id = head) ORDER BY created_on, id LIMIT $3))
    ) AS taken ON true
  ORDER BY taken.created_on, taken.id`;
