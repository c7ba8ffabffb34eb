/** Giving money back: the credits go first, and come back only if the provider will never give the money. */
import { randomUUID } from 'node:crypto';
import type { Db } from '@banyan/postgres';
import type pg from 'pg';
import { addCredits, type Says } from '../ledger/credits.ts';
import { inLedger, reverse } from '../ledger/ledger.ts';
import { postingOf } from '../ledger/store.ts';
import { inLedgerAsWriter } from '../ledger/writer.ts';
import { type PaymentProvider, ProviderError } from '../purchases/provider.ts';
import { lockPurchase, type Purchase } from '../purchases/store.ts';
import { errors } from './errors.ts';

type Tx = pg.PoolClient;

export type Refund = {
  id: string;
  purchaseId: string;
  requestedBy: string;
  reason: string;
  state: 'REQUESTED' | 'SENT' | 'DONE' | 'FAILED';
  refundId: string | null;
  createdAt: Date;
};

export const COLUMNS = `id, purchase_id AS "purchaseId", requested_by AS "requestedBy", reason, state,
  refund_id AS "refundId", created_at AS "createdAt"`;

/** For so long buyers may give back what they have not spent, days. */
const WITHDRAWAL_DAYS = 14;

export type RefundRequest = {
  purchaseId: string;
  /** Null: an administrator, who may give anything back at any time; what was spent of it is then owed. */
  buyer: string | null;
  requestedBy: string;
  reason: string;
  now: Date;
};

/**
 * Takes the credits of a purchase back, with the bonus, and asks for the money to be given back. Once for each purchase: again it says what has become
 * of it. Throws `PURCHASE_NOT_FOUND`, `NOT_PAID`, `CONTESTED`, `TOO_LATE`, `INSUFFICIENT_CREDITS`.
 */
export async function requestRefund(pool: Db, request: RefundRequest): Promise<Refund> {
  const { purchaseId, buyer, requestedBy, reason, now } = request;
  return await inLedger(pool, async (tx) => {
    const purchase = (await lockPurchase(tx, purchaseId)) as Purchase | undefined;
    if (!purchase || (buyer !== null && purchase.userId !== buyer)) throw errors('PURCHASE_NOT_FOUND');
    const known = await findByPurchase(tx, purchaseId);
    if (known) return known;
    if (purchase.state !== 'PAID') throw errors('NOT_PAID');
    if (await isContested(tx, purchaseId)) throw errors('CONTESTED');
    const ageMs = now.getTime() - purchase.paidAt!.getTime();
    if (buyer !== null && ageMs > WITHDRAWAL_DAYS * 86_400_000) throw errors('TOO_LATE');
    await takeBack(tx, purchaseId, { owing: buyer === null });
    const { rows } = await tx.query<Refund>(
      `INSERT INTO refunds (id, purchase_id, requested_by, reason, due_at) VALUES ($1, $2, $3, $4, now())
       RETURNING ${COLUMNS}`,
      [randomUUID(), purchaseId, requestedBy, reason],
    );
    return rows[0]!;
  });
}

async function takeBack(tx: Tx, purchaseId: string, { owing }: { owing: boolean }): Promise<void> {
  for (const key of [`purchase:${purchaseId}`, `purchase:${purchaseId}:bonus`]) {
    const postingId = await postingOf(tx, key);
    if (postingId === undefined) continue;
    const reference = `purchase:${purchaseId}`;
    await reverse(tx, { key: `refund:${key}`, postingId, reference, owing });
  }
}

type Around = { pool: Db; events: Says; provider: PaymentProvider; purchase: Purchase };

/** Takes a refund as far as it goes now; again is no error. True: it is over. Throws `ProviderError` `UNREACHABLE`. */
export async function advanceRefund(around: Around, refund: Refund): Promise<boolean> {
  const { pool, provider, purchase } = around;
  const { amount, currency, paymentId, chargeId } = purchase;
  const key = `refund:${refund.id}`;
  try {
    const state =
      refund.refundId === null
        ? await provider.refund({ amount, currency, paymentId: paymentId!, chargeId: chargeId!, key })
        : await provider.lookAtRefund(refund.refundId);
    if (state.is === 'failed') return await giveUp(around, refund);
    const isDone = state.is === 'succeeded';
    await pool.query('UPDATE refunds SET state = $2, refund_id = coalesce(refund_id, $3) WHERE id = $1', [
      refund.id,
      isDone ? 'DONE' : 'SENT',
      state.id,
    ]);
    return isDone;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'REFUSED') return await giveUp(around, refund);
    throw error;
  }
}

/** The money stays with us, so the credits are the buyer's again. */
async function giveUp({ pool, events, purchase }: Around, { id }: Refund): Promise<boolean> {
  await inLedgerAsWriter(pool, async (tx) => {
    const { rowCount } = await tx.query(
      `UPDATE refunds SET state = 'FAILED' WHERE id = $1 AND state IN ('REQUESTED', 'SENT')`,
      [id],
    );
    if (rowCount === 0) return;
    // One that took nothing, since it was refunded.
    await tx.query('UPDATE disputes SET due_at = now() WHERE purchase_id = $1', [purchase.id]);
    const { userId: owner, bought, bonus } = purchase;
    const of = { owner, bought, bonus, reference: `purchase:${purchase.id}` };
    await addCredits(tx, events, { key: `refund:${id}:failed`, ...of, kind: 'REFUND_FAILED' });
  });
  return true;
}

/** Its credits are gone, and its money with them: the same is not given back twice. */
async function isContested(tx: Tx, purchaseId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT FROM disputes WHERE purchase_id = $1 AND credits IS NOT NULL AND state <> 'WON'`,
    [purchaseId],
  );
  return rowCount! > 0;
}

export async function findByPurchase(db: Db | Tx, purchaseId: string): Promise<Refund | undefined> {
  const { rows } = await db.query<Refund>(`SELECT ${COLUMNS} FROM refunds WHERE purchase_id = $1`, [
    purchaseId,
  ]);
  return rows[0];
}
