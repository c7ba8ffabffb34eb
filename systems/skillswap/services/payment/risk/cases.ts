/** What somebody has to look at: what was blocked, or waits until they have. */
import type { Db } from '@banyan/postgres';
import type pg from 'pg';
import type { Says } from '../ledger/credits.ts';
import { inLedger } from '../ledger/ledger.ts';
import { creditIn } from '../purchases/purchase.ts';
import { endReview, markFailed } from '../purchases/store.ts';
import { nextPayoutAt } from '../withdrawals/decide.ts';
import { giveBack } from '../withdrawals/withdrawal.ts';
import { errors } from './errors.ts';
import type { Reason } from './fraud.ts';
import { type CaseKind, openCase } from './open-case.ts';

type Tx = pg.PoolClient;

export type Case = {
  id: string;
  kind: CaseKind;
  userId: string;
  /** `purchase:<id>` or `withdrawal:<id>`. */
  subject: string;
  reasons: Reason[];
  state: 'OPEN' | 'CLEARED' | 'CONFIRMED';
  note: string | null;
  closedBy: string | null;
  openedAt: Date;
  closedAt: Date | null;
};

const COLUMNS = `id, kind, user_id AS "userId", subject, reasons, state, note, closed_by AS "closedBy",
  opened_at AS "openedAt", closed_at AS "closedAt"`;

/** A withdrawal that waits to be paid does not any more, until somebody has looked at it. False: it does not wait any more. */
export async function review(
  tx: Tx,
  { id, userId }: { id: string; userId: string },
  reasons: Reason[],
  kind: CaseKind = 'LAUNDERING',
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE withdrawals SET state = 'REVIEW', due_at = NULL WHERE id = $1 AND state = 'REQUESTED'`,
    [id],
  );
  if (rowCount === 0) return false;
  await openCase(tx, { kind, userId, subject: `withdrawal:${id}`, reasons });
  return true;
}

export async function findCases(
  db: Db,
  { state, page, size }: { state?: Case['state']; page: number; size: number },
): Promise<Case[]> {
  const { rows } = await db.query<Case>(
    `SELECT ${COLUMNS} FROM cases WHERE $1::text IS NULL OR state = $1 ORDER BY opened_at, id OFFSET $2 LIMIT $3`,
    [state ?? null, page * size, size],
  );
  return rows;
}

export type Verdict = {
  id: string;
  is: 'CLEARED' | 'CONFIRMED';
  note: string;
  by: string;
  now: Date;
  /** Of a `PAYMENT`: the provider's, which was found. */
  paymentId: string | null;
};

/**
 * What somebody has found. A withdrawal that is cleared is paid with the next ones; of one that is confirmed the credits go back into the wallet, in which
 * nothing moves any more, whatever the case is about. A `PAYMENT` that is confirmed was charged, by that payment, which is looked at, or by somebody's word; one that is cleared
 * never was. Again with the same verdict is no error. Throws `CASE_NOT_FOUND`, `CASE_CLOSED`.
 */
export async function closeCase(pool: Db, events: Says, verdict: Verdict): Promise<Case> {
  const { id, is, note, by, now } = verdict;
  const closed = await inLedger(pool, async (tx) => {
    const { rows } = await tx.query<Case>(`SELECT ${COLUMNS} FROM cases WHERE id = $1 FOR NO KEY UPDATE`, [
      id,
    ]);
    const known = rows[0];
    if (!known) throw errors('CASE_NOT_FOUND');
    if (known.state !== 'OPEN' && known.state !== is) throw errors('CASE_CLOSED');
    if (is === 'CLEARED')
      await tx.query(
        `UPDATE withdrawals SET state = 'REQUESTED', reviewed_at = now(), due_at = $2
         WHERE 'withdrawal:' || id = $1 AND state = 'REVIEW'`,
        [known.subject, nextPayoutAt(now)],
      );
    if (known.kind === 'PAYMENT' && known.state === 'OPEN') await endPayment(tx, events, known, verdict);
    if (known.state === is) return known;
    const { rows: changed } = await tx.query<Case>(
      `UPDATE cases SET state = $2, note = $3, closed_by = $4, closed_at = $5 WHERE id = $1 RETURNING ${COLUMNS}`,
      [id, is, note, by, now],
    );
    return changed[0]!;
  });
  if (is === 'CONFIRMED' && closed.kind !== 'PAYMENT') await stopAll(pool, events, closed);
  return closed;
}

async function endPayment(
  tx: Tx,
  events: Says,
  { subject }: Case,
  { is, note, paymentId }: Verdict,
): Promise<void> {
  const [, id] = subject.split(':') as [string, string];
  if (!(await endReview(tx, id, { paymentId }))) return;
  if (is === 'CLEARED') await markFailed(tx, id, note);
  else if (paymentId === null) await creditIn(tx, events, id, null);
}

/** The credits come back first: into a wallet that is stopped nothing comes. Again, after a kill in between, is no error. */
async function stopAll(pool: Db, events: Says, { subject, userId, kind }: Case): Promise<void> {
  const [what, id] = subject.split(':') as [string, string];
  if (what === 'withdrawal') await giveBack({ pool, events }, id, { of: ['REVIEW'], reason: 'refused' });
  await pool.query(
    `UPDATE accounts SET stopped = $2 WHERE kind IN ('WALLET', 'DEBT') AND owner = $1 AND stopped IS NULL`,
    [userId, kind],
  );
}
