/** SQL of the rooms of sessions. */
import { type Db, prepared, type Queryable, runWithNext } from '@banyan/postgres';
import { leasedRows } from '@banyan/service';
import type { Static } from 'typebox';
import type { Recording } from '../../../api/sessions.ts';

type Room = { sessionId: string };

export const roomRows = leasedRows<Room>({
  table: 'rooms',
  key: 'session_id',
  columns: 'session_id AS "sessionId"',
  where: 'due_at IS NOT NULL',
  leaseMs: 60_000,
});

/** Kept before there is a room, so that it is closed whatever happens. */
export async function keepRoom(db: Db, sessionId: string, closesAt: Date): Promise<void> {
  await db.query(
    prepared(
      `INSERT INTO rooms (session_id, due_at) VALUES ($1, $2)
       ON CONFLICT (session_id) DO UPDATE SET due_at = excluded.due_at, leased_until = NULL, attempts = 0`,
      [sessionId, closesAt],
    ),
  );
}

/** The session is over: nobody stays. */
export async function closeRoom(tx: Queryable, sessionId: string): Promise<void> {
  await runWithNext(
    tx,
    prepared('UPDATE rooms SET due_at = least(due_at, now()) WHERE session_id = $1 AND due_at IS NOT NULL', [
      sessionId,
    ]),
  );
}

/** Once, however often it is told. Of what is no session of ours nothing is kept. */
export async function keepRecordings(
  db: Db,
  sessionId: string,
  recordings: readonly { location: string; seconds: number }[],
): Promise<void> {
  for (const { location, seconds } of recordings)
    await db.query(
      prepared(
        `INSERT INTO recordings (session_id, location, seconds) SELECT id, $2, $3 FROM sessions WHERE id::text = $1
         ON CONFLICT (session_id, location) DO NOTHING`,
        [sessionId, location, seconds],
      ),
    );
}

export async function recordingsOf(db: Queryable, sessionId: string): Promise<Static<typeof Recording>[]> {
  const { rows } = await db.query<Static<typeof Recording>>(
    prepared(
      `SELECT location, seconds, recorded_at AS "recordedAt" FROM recordings WHERE session_id = $1
       ORDER BY recorded_at, location`,
      [sessionId],
    ),
  );
  return rows;
}
