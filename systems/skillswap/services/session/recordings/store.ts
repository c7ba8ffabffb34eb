/** SQL of recordings: which there are of a session, and what becomes of each. */
import { type Db, prepared, type Queryable } from '@banyan/postgres';
import { type LeasedRows, leasedRows } from '@banyan/service';

/**
 * COMING: it lies where its recorder has put it. ARCHIVED: in the archive too. KEPT: in the archive alone. ERASING: to be in neither.
 * TOO_LARGE, LOST: it is not in the archive and never will be.
 */
export type RecordingState = 'COMING' | 'ARCHIVED' | 'KEPT' | 'TOO_LARGE' | 'LOST' | 'ERASING' | 'ERASED';

/** One that something is to be done with. The id is its name in the archive, `source` where it comes from. */
export type RecordingToDo = { id: string; source: string; state: RecordingState; recordedAt: Date };

export type ToDo = Record<'all' | 'exceptComing', LeasedRows<RecordingToDo>>;

/** What is to be done, also but to take in what comes. */
export function toDo(leaseMs: number): ToDo {
  const where = (and = '') =>
    leasedRows<RecordingToDo>({
      ...{ table: 'recordings', key: 'id', leaseMs, where: `due_at IS NOT NULL${and}` },
      columns: 'id, source, state, recorded_at AS "recordedAt"',
    });
  return { all: where(), exceptComing: where(` AND state <> 'COMING'`) };
}

/** Once, however often it is told. Of what is no session of ours nothing is kept. False: nothing was new. */
export async function noteRecordings(
  db: Db,
  sessionId: string,
  recordings: readonly { source: string; seconds: number }[],
  keptDays: number,
): Promise<boolean> {
  let noted = 0;
  for (const { source, seconds } of recordings) {
    const { rowCount } = await db.query(
      prepared(
        `INSERT INTO recordings (session_id, source, seconds, kept_until, due_at)
         SELECT id, $2, $3, now() + make_interval(secs => $4), now() FROM sessions WHERE id::text = $1
         ON CONFLICT (session_id, source) DO NOTHING`,
        [sessionId, source, seconds, keptDays * 86_400],
      ),
    );
    noted += rowCount ?? 0;
  }
  return noted > 0;
}

/** It is in the archive. One that somebody is on whose account is gone, is to go. */
export async function noteArchived(tx: Queryable, id: string, { bytes }: { bytes: number }): Promise<void> {
  await tx.query(
    `UPDATE recordings SET bytes = $2, due_at = now(), state = CASE WHEN EXISTS (
         SELECT FROM sessions JOIN people ON people.id IN (seeker_id, provider_id)
         WHERE sessions.id = session_id AND people.status = 'DELETED') THEN 'ERASING' ELSE 'ARCHIVED' END
     WHERE id = $1 AND state = 'COMING'`,
    [id, bytes],
  );
}

/** What becomes of it, unless it is to be erased meanwhile: KEPT until its time is over, or there is something left to be done at once. */
export async function setState(
  tx: Queryable,
  id: string,
  { from, to, isDone }: { from: RecordingState; to: RecordingState; isDone: boolean },
): Promise<void> {
  await tx.query(
    `UPDATE recordings SET state = $3, due_at = CASE WHEN $3 = 'KEPT' THEN kept_until WHEN NOT $4 THEN now() END
     WHERE id = $1 AND state = $2`,
    [id, from, to, isDone],
  );
}

/** Those that somebody is on are to go. Resolves with how many are still somewhere, or may be. */
export async function eraseOf(db: Db, person: string): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE recordings SET due_at = now(), state = CASE state WHEN 'KEPT' THEN 'KEPT' ELSE 'ERASING' END
     WHERE session_id IN (SELECT id FROM sessions WHERE $1 IN (seeker_id, provider_id)) AND state <> 'ERASED'`,
    [person],
  );
  return rowCount ?? 0;
}

export type RecordingRow = {
  id: string;
  state: RecordingState;
  seconds: number;
  bytes: number | null;
  recordedAt: Date;
  keptUntil: Date;
};

const RECORDING = `id, state, seconds, bytes::float8 AS bytes, recorded_at AS "recordedAt", kept_until AS "keptUntil"`;

export async function listOf(db: Queryable, sessionId: string): Promise<RecordingRow[]> {
  const { rows } = await db.query<RecordingRow>(
    prepared(`SELECT ${RECORDING} FROM recordings WHERE session_id = $1 ORDER BY recorded_at, id`, [
      sessionId,
    ]),
  );
  return rows;
}

export async function find(db: Queryable, id: string): Promise<RecordingRow | undefined> {
  const { rows } = await db.query<RecordingRow>(
    prepared(`SELECT ${RECORDING} FROM recordings WHERE id = $1`, [id]),
  );
  return rows[0];
}
