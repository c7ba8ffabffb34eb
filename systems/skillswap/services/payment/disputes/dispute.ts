import { randomUUID } from 'node:crypto';
import type { Db } from '@banyan/postgres';
import type pg from 'pg';
import { addCredits, type Says } from '../ledger/credits.ts';
import { platformAccount, post } from '../ledger/ledger.ts';
import { inLedgerAsWriter } from '../ledger/writer.ts';
import type { DisputeState, PaymentProvider, ProviderName } from '../purchases/provider.ts';
import { COLUMNS as PURCHASE, type Purchase } from '../purchases/store.ts';
import { findByPurchase } from '../refunds/refund.ts';
import { contestedCredits, nextDisputeStep } from './decide.ts';

type Tx = pg.PoolClient;

export type Dispute = {
  id: string;
  provider: ProviderName;
  disputeId: string;
  purchaseId: string | null;
  amount: number | null;
  currency: string | null;
  reason: string | null;
  credits: number | null;
  owed: number | null;
  state: 'NEW' | 'OPEN' | 'WON' | 'LOST' | 'UNKNOWN';
  createdAt: Date;
};

export const COLUMNS = `id, provider, dispute_id AS "disputeId", purchase_id AS "purchaseId", amount, currency, reason,
  credits, owed, state, created_at AS "createdAt"`;

/** Somebody has told of it: it is looked at now. */
export async function noteDispute(tx: Tx, provider: ProviderName, disputeId: string): Promise<void> {
  await tx.query(
    `INSERT INTO disputes (id, provider, dispute_id, due_at) VALUES ($1, $2, $3, now())
     ON CONFLICT (provider, dispute_id) DO UPDATE SET due_at = now()`,
    [randomUUID(), provider, disputeId],
  );
}

type Around = { pool: Db; events: Says; provider: PaymentProvider };

/** Does what follows from what the provider says now; again is no error. True: it is over. Throws `ProviderError`. */
export async function advanceDispute(around: Around, dispute: Dispute): Promise<boolean> {
  const { pool, provider } = around;
  const now = await provider.lookAtDispute(dispute.disputeId);
  return await inLedgerAsWriter(pool, async (tx) => {
    const purchase = await contestedPurchase(tx, provider.name, now);
    if (!purchase) {
      await keep(tx, dispute, now, 'UNKNOWN', null);
      return true;
    }
    const { rows } = await tx.query<{ credits: number | null; state: string }>(
      'SELECT credits, state FROM disputes WHERE id = $1 FOR NO KEY UPDATE',
      [dispute.id],
    );
    const { credits, state } = rows[0]!;
    const refund = await findByPurchase(tx, purchase.id);
    const step = nextDisputeStep(now.is, {
      isTaken: credits !== null,
      isGivenBack: state === 'WON',
      isRefunded: refund !== undefined && refund.state !== 'FAILED',
    });
    if (step === 'take back') await takeBack(tx, around.events, dispute, purchase, now);
    if (step === 'give back') await giveBack(tx, around.events, dispute, purchase, now);
    await keep(tx, dispute, now, now.is === 'open' ? 'OPEN' : now.is === 'won' ? 'WON' : 'LOST', purchase.id);
    return now.is !== 'open';
  });
}

/** What the buyer does not have any more they owe; nothing of theirs can be spent until it is paid. */
async function takeBack(
  tx: Tx,
  events: Says,
  { id }: Dispute,
  purchase: Purchase,
  { amount }: DisputeState,
): Promise<void> {
  const { userId: owner } = purchase;
  const { bought, bonus } = contestedCredits(purchase, amount);
  const credits = bought + bonus;
  const posted = await post(tx, {
    ...{ key: `dispute:${id}`, kind: 'CHARGEBACK', reference: `purchase:${purchase.id}`, owing: true },
    lines: [
      { kind: 'WALLET', owner, amount: -credits },
      { kind: 'ISSUED', owner: platformAccount(), amount: bought },
      { kind: 'PROMOTIONS', owner: platformAccount(), amount: bonus },
    ],
  });
  const owed = -(posted.lines.find(({ kind }) => kind === 'DEBT')?.amount ?? 0);
  await tx.query('UPDATE disputes SET credits = $2, owed = $3 WHERE id = $1', [id, credits, owed]);
  if (posted.replayed) return;
  const told = { userId: owner, credits, owed, transactionId: posted.id, reason: 'CHARGEBACK' };
  await events.publish(tx, 'CreditsTakenBack', told);
}

async function giveBack(
  tx: Tx,
  events: Says,
  { id }: Dispute,
  purchase: Purchase,
  { amount }: DisputeState,
): Promise<void> {
  const credits = contestedCredits(purchase, amount);
  const of = { owner: purchase.userId, reference: `purchase:${purchase.id}` };
  await addCredits(tx, events, { key: `dispute:${id}:won`, ...of, ...credits, kind: 'CHARGEBACK_WON' });
}

async function contestedPurchase(
  tx: Tx,
  provider: ProviderName,
  { paymentId, chargeId }: DisputeState,
): Promise<Purchase | undefined> {
  const { rows } = await tx.query<Purchase>(
    `SELECT ${PURCHASE} FROM purchases WHERE provider = $1 AND state = 'PAID' AND (payment_id = $2 OR charge_id = $3)
     FOR NO KEY UPDATE`,
    [provider, paymentId, chargeId],
  );
  return rows[0];
}

async function keep(
  tx: Tx,
  { id }: Dispute,
  { amount, currency, reason }: DisputeState,
  state: Dispute['state'],
  purchaseId: string | null,
): Promise<void> {
  await tx.query(
    'UPDATE disputes SET state = $2, purchase_id = $3, amount = $4, currency = $5, reason = $6 WHERE id = $1',
    [id, state, purchaseId, amount, currency, reason],
  );
}
