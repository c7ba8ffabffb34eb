/** SQL of disputes. */
import { prepared, type Queryable } from '@banyan/postgres';
import type { Static } from 'typebox';
import type { Dispute, DisputeOutcome } from '../../../api/sessions.ts';

export type DisputeRow = Static<typeof Dispute>;

const DISPUTE = `session_id AS "sessionId", opened_by AS "openedBy", reason, opened_at AS "openedAt", decides_at AS "decidesAt",
  outcome, note, decided_at AS "decidedAt"`;

export async function findDispute(db: Queryable, sessionId: string): Promise<DisputeRow | undefined> {
  const { rows } = await db.query<DisputeRow>(
    prepared(`SELECT ${DISPUTE} FROM disputes WHERE session_id = $1`, [sessionId]),
  );
  return rows[0];
}

/** Keeps the credits of a session until a dispute is decided. False: there are none that could be, any more or at all. */
export async function keepBack(tx: Queryable, sessionId: string, until: Date): Promise<boolean> {
  // What is under way to payment has a lease, and what payment was asked for and has not answered is due again later: it may have done it.
  const { rowCount } = await tx.query(
    prepared(
      `UPDATE session_credits SET state = 'DISPUTED', due_at = $2
       WHERE session_id = $1 AND state = 'DUE' AND due_at > now() AND attempts = 0 AND leased_until IS NULL AND hold_id IS NOT NULL
         AND NOT EXISTS (SELECT FROM disputes WHERE session_id = $1)`,
      [sessionId, until],
    ),
  );
  return rowCount === 1;
}

export async function insertDispute(
  tx: Queryable,
  sessionId: string,
  { openedBy, reason, decidesAt }: { openedBy: string; reason: string; decidesAt: Date },
): Promise<DisputeRow> {
  const { rows } = await tx.query<DisputeRow>(
    prepared(
      `INSERT INTO disputes (session_id, opened_by, reason, decides_at) VALUES ($1, $2, $3, $4) RETURNING ${DISPUTE}`,
      [sessionId, openedBy, reason, decidesAt],
    ),
  );
  return rows[0]!;
}

export type Decision = { outcome: DisputeOutcome; note: string | null; decidedBy: string | null };

/** Decides it, and makes the credits due. Undefined: it is decided already. */
export async function decide(
  tx: Queryable,
  sessionId: string,
  { outcome, note, decidedBy }: Decision,
): Promise<(DisputeRow & { seekerId: string; providerId: string }) | undefined> {
  const { rows } = await tx.query(
    prepared(
      `WITH decided AS (
         UPDATE disputes SET outcome = $2, note = $3, decided_by = $4, decided_at = now()
         WHERE session_id = $1 AND outcome IS NULL RETURNING *
       ), due AS (
         UPDATE session_credits SET state = 'DUE', due_at = now(), leased_until = NULL,
           captured = CASE $2 WHEN 'SEEKER' THEN 0 WHEN 'PROVIDER' THEN amount ELSE amount / 2 END
         FROM decided WHERE session_credits.session_id = decided.session_id RETURNING seeker_id, provider_id
       )
       SELECT ${DISPUTE}, seeker_id AS "seekerId", provider_id AS "providerId" FROM decided, due`,
      [sessionId, outcome, note, decidedBy],
    ),
  );
  return rows[0];
}
