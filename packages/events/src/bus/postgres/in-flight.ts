import { type Queryable, runWithNext } from '@banyan/postgres';
import { SCHEMA } from './queues.ts';

/**
 * Puts on record which messages are about to be handled, in a transaction of its own: what is on record and can be taken all the
 * same was in the hands of a process that ended. Gives the record's id, or undefined, without having made one, if that is so of
 * one of these; `ours` are the records of this process.
 */
export async function recordInFlight(
  db: Queryable,
  queue: string,
  { ids, ours }: { ids: readonly string[]; ours: Iterable<string> },
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>({
    name: 'banyan_bus_in_hand',
    text: `INSERT INTO banyan_bus.in_hand (queue, jobs) SELECT $1, $2::uuid[]
           WHERE NOT EXISTS (SELECT FROM banyan_bus.in_hand WHERE queue = $1 AND id <> ALL($3) AND jobs && $2::uuid[])
           RETURNING id::text`,
    values: [queue, ids, [...ours]],
  });
  return rows[0]?.id;
}

/**
 * Counts the end of a process for each message that it had in flight, those with one of these on a record of another process: from
 * then on they are handled alone. In the transaction that has taken these.
 */
export async function countEnds(
  tx: Queryable,
  queue: string,
  { ids, ours }: { ids: readonly string[]; ours: Iterable<string> },
): Promise<void> {
  await tx.query(
    `WITH ended AS (
       DELETE FROM banyan_bus.in_hand WHERE id = ANY(ARRAY(
         SELECT id FROM banyan_bus.in_hand WHERE queue = $1 AND id <> ALL($3) AND jobs && $2::uuid[] FOR UPDATE SKIP LOCKED))
       RETURNING jobs)
     UPDATE ${SCHEMA}.job SET output = jsonb_build_object('ends', coalesce((output->>'ends')::int, 0) + 1)
     WHERE name = $1 AND id = ANY(ARRAY(
       SELECT id FROM ${SCHEMA}.job WHERE name = $1 AND id IN (SELECT unnest(jobs) FROM ended) FOR UPDATE SKIP LOCKED))`,
    [queue, ids, [...ours]],
  );
}

/** Only these of the record are still in flight. */
export async function keepInFlight(tx: Queryable, record: string, ids: readonly string[]): Promise<void> {
  await runWithNext(tx, {
    name: 'banyan_bus_in_hand_keep',
    text: 'UPDATE banyan_bus.in_hand SET jobs = $2::uuid[] WHERE id = $1',
    values: [record, ids],
  });
}

/** Nothing of these records is in flight any more. */
export async function dropInFlight(db: Queryable, records: readonly string[]): Promise<void> {
  await runWithNext(db, {
    name: 'banyan_bus_in_hand_drop',
    text: 'DELETE FROM banyan_bus.in_hand WHERE id = ANY($1)',
    values: [records],
  });
}
