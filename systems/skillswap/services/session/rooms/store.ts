/** SQL of the rooms of sessions. */
import { type Db, prepared, type Queryable, runWithNext } from '@banyan/postgres';
import { leasedRows } from '@banyan/service';

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
