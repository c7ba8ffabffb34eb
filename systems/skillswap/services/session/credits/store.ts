/** SQL of the credits of sessions. */
import { type Db, prepared, type Queryable, runWithNext } from '@banyan/postgres';
import { type Leased, leasedRows } from '@banyan/service';

type CreditsState = 'ASKED' | 'HELD' | 'DUE' | 'DISPUTED' | 'SETTLED' | 'LOST' | 'UNDOING';

export type SessionCredits = {
  sessionId: string;
  seekerId: string;
  providerId: string;
  amount: number;
  state: CreditsState;
  expiresAt: Date;
  holdId: string | null;
  captured: number | null;
};

/** Longer than payment is asked for at one time. */
const LEASE_MS = 60_000;

const COLUMNS = `session_id AS "sessionId", seeker_id AS "seekerId", provider_id AS "providerId", amount, state,
  expires_at AS "expiresAt", hold_id AS "holdId", captured`;

export const creditRows = leasedRows<SessionCredits>({
  table: 'session_credits',
  key: 'session_id',
  columns: COLUMNS,
  where: 'due_at IS NOT NULL',
  leaseMs: LEASE_MS,
});

/** A session is booked: its credits are held. False: it was undone meanwhile. */
export async function markHeld(tx: Queryable, sessionId: string, holdId: string | null): Promise<boolean> {
  const { rowCount } = await tx.query(
    prepared(
      `WITH held AS (
         UPDATE session_credits SET state = 'HELD', hold_id = $2, due_at = NULL, leased_until = NULL, attempts = 0
         WHERE session_id = $1 AND state = 'ASKED' RETURNING session_id
       )
       UPDATE sessions SET booked = true FROM held WHERE id = held.session_id`,
      [sessionId, holdId],
    ),
  );
  return rowCount === 1;
}

/**
 * There is no session, and its time is free, unless it was booked meanwhile. Nothing is held for it, which is known, or what may be is given
 * back by and by.
 */
export async function undo(
  db: Queryable,
  sessionId: string,
  { nothingIsHeld }: { nothingIsHeld: boolean },
): Promise<void> {
  const asked = nothingIsHeld
    ? 'DELETE FROM session_credits'
    : `UPDATE session_credits SET state = 'UNDOING', due_at = now(), leased_until = NULL`;
  await db.query(
    prepared(
      `WITH undone AS (${asked} WHERE session_id = $1 AND state = 'ASKED' RETURNING session_id)
       DELETE FROM sessions USING undone WHERE id = undone.session_id`,
      [sessionId],
    ),
  );
}

/**
 * Has what the monolith says of a session's credits: of one that it made there is no row yet, and of one that went back to it an old one. For who has
 * the session locked, since whatever is said of it here comes with that; what was said here is what the monolith would say, and stays.
 */
export async function takeOver(tx: Queryable, sessionId: string): Promise<void> {
  await runWithNext(tx, prepared(TAKE_OVER, [sessionId]));
}

const TAKE_OVER = `
  INSERT INTO session_credits AS known (session_id, seeker_id, provider_id, amount, state, expires_at, hold_id, captured, due_at)
  SELECT sessions.id, seeker_id, provider_id, amount,
    CASE WHEN settlements.session_id IS NULL THEN 'HELD' WHEN opened_at IS NOT NULL AND outcome IS NULL THEN 'DISPUTED' ELSE 'DUE' END,
    expires_at, credit_holds.id, settlements.captured, settlements.due_at
  FROM sessions JOIN credit_holds ON credit_holds.session_id = sessions.id
    LEFT JOIN settlements ON settlements.session_id = sessions.id
    LEFT JOIN disputes ON disputes.session_id = sessions.id
  WHERE sessions.id = $1 AND credit_holds.status = 'HELD'
  ON CONFLICT (session_id) DO UPDATE SET state = EXCLUDED.state, captured = EXCLUDED.captured, due_at = EXCLUDED.due_at
  WHERE known.state = 'HELD' AND EXCLUDED.state <> 'HELD'`;

/** Sessions of which the monolith has said what becomes of their credits, and nobody has heard it here. */
export async function listUntaken(db: Queryable, most: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT session_id AS id FROM settlements LEFT JOIN session_credits USING (session_id)
     WHERE state IS NULL OR state = 'HELD' ORDER BY settlements.due_at LIMIT $1`,
    [most],
  );
  return rows.map(({ id }) => id);
}

/** Whether it is still to be done: the monolith may have done it meanwhile. */
export async function isToSettle(db: Queryable, sessionId: string): Promise<boolean> {
  const { rowCount } = await db.query(prepared('SELECT FROM settlements WHERE session_id = $1', [sessionId]));
  return rowCount === 1;
}

/** Says what becomes of the credits, after so many ms. */
export async function makeDue(
  tx: Queryable,
  sessionId: string,
  { captured, afterMs }: { captured: number; afterMs: number },
): Promise<void> {
  await runWithNext(
    tx,
    prepared(
      `UPDATE session_credits SET state = 'DUE', captured = $2, due_at = now() + make_interval(secs => $3)
       WHERE session_id = $1 AND state = 'HELD'`,
      [sessionId, captured, afterMs / 1_000],
    ),
  );
}

const OVER = {
  SETTLED: `state = 'SETTLED', settled_at = now()`,
  LOST: `state = 'LOST', settled_at = now()`,
};

/** It is over. False: somebody else has the row. */
export async function finish(
  tx: Queryable,
  row: Leased<SessionCredits>,
  state: keyof typeof OVER,
): Promise<boolean> {
  return (await creditRows.extend(tx, row, OVER[state])) && (await creditRows.release(tx, row, null));
}

export async function forget(db: Db, sessionId: string): Promise<void> {
  await db.query(`DELETE FROM session_credits WHERE session_id = $1 AND state = 'UNDOING'`, [sessionId]);
}
