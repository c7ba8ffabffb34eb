import type { Queryable } from '@banyan/postgres';

export type SnapshotKey = { stream: string; decider: string; deciderVersion: number };

export type Snapshot = {
  version: number;
  state: unknown;
  /** Subjects of the events that led to it: with one of their keys it goes too. */
  subjects: readonly string[];
};

/** The newest one of this decider's version that is not after `notAfter`. */
export async function loadSnapshot(
  db: Queryable,
  { stream, decider, deciderVersion }: SnapshotKey,
  notAfter?: number,
): Promise<Snapshot | undefined> {
  const { rows } = await db.query<Snapshot>({
    name: 'banyan_events_snapshot',
    text: `SELECT version, state, subjects FROM banyan_events.snapshots
           WHERE stream = $1 AND decider = $2 AND decider_version = $3 AND ($4::int IS NULL OR version <= $4)`,
    values: [stream, decider, deciderVersion, notAfter ?? null],
  });
  return rows[0];
}

/**
 * Keeps it, unless there is a newer one or a subject's key has gone meanwhile: the state was made when their data could
 * still be read. The keys are locked until it is written, so `forget` comes before (nothing is kept) or after (and deletes
 * it).
 */
export async function saveSnapshot(
  db: Queryable,
  { stream, decider, deciderVersion }: SnapshotKey,
  { version, state, subjects }: Snapshot,
): Promise<void> {
  await db.query(
    `WITH held AS MATERIALIZED (
       SELECT subject FROM banyan_events.subject_keys WHERE subject = ANY($5) ORDER BY subject FOR SHARE)
     INSERT INTO banyan_events.snapshots AS s (stream, decider, decider_version, version, state, subjects)
     SELECT $1, $2, $3, $4, $6, $5 WHERE (SELECT count(*) FROM held) = cardinality($5)
     ON CONFLICT (stream, decider, decider_version) DO UPDATE
       SET version = excluded.version, state = excluded.state, subjects = excluded.subjects, at = now()
       WHERE s.version < excluded.version`,
    [stream, decider, deciderVersion, version, subjects, JSON.stringify(state)],
  );
}
