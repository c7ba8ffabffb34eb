import type { Events } from '@banyan/events';
import type { Db } from '@banyan/postgres';
import type pg from 'pg';
import type { contracts } from '../../../contracts/payment.ts';
import type { Hold } from './decide.ts';
import * as ledger from './ledger.ts';

export type Says = Events<typeof contracts>;

/** Sets credits aside, and tells of it. Throws as the ledger does. */
export async function holdCredits(pool: Db, events: Says, request: ledger.HoldRequest): Promise<Hold> {
  return await ledger.inLedger(pool, async (tx) => {
    const { hold, replayed } = await ledger.hold(tx, request);
    if (!replayed)
      await events.publish(tx, 'CreditsHeld', { ...told(hold), expiresAt: hold.expiresAt.toISOString() });
    return hold;
  });
}

export type Transferred = { id: string; from: string; amount: number; fee: number; provider: number };

/** Pays what was set aside, or a part of it, and tells of it. Throws as the ledger does. */
export async function transferCredits(
  pool: Db,
  events: Says,
  request: ledger.CaptureRequest,
): Promise<Transferred> {
  return await ledger.inLedger(pool, async (tx) => {
    const { hold, id, lines, replayed } = await ledger.capture(tx, request);
    const fee = lines.find(({ kind }) => kind === 'FEES')?.amount ?? 0;
    const { captured: amount, owner: from } = hold;
    if (!replayed) {
      await events.publish(tx, 'CreditsTransferred', {
        ...{ fromUserId: from, toUserId: request.to, amount, platformFee: fee, transactionId: id },
        reference: hold.reference,
      });
    }
    return { id, from, amount, fee, provider: amount - fee };
  });
}

/** Gives back what was set aside, and tells of it. Again is no error. Throws as the ledger does. */
export async function releaseCredits(
  pool: Db,
  events: Says,
  holdId: string,
  reason: 'RELEASED' | 'EXPIRED' = 'RELEASED',
): Promise<Hold> {
  return await ledger.inLedger(pool, async (tx) => {
    const { hold, replayed } = await ledger.release(tx, holdId, reason);
    if (!replayed) await events.publish(tx, 'CreditsReleased', { ...told(hold), reason });
    return hold;
  });
}

/** Makes credits in somebody's wallet, in a transaction of the ledger, and tells of it. */
export async function addCredits(
  tx: pg.PoolClient,
  events: Says,
  added: {
    key: string;
    owner: string;
    credits: number;
    from: 'ISSUED' | 'PROMOTIONS';
    kind: string;
    reference: string;
  },
): Promise<ledger.Posted> {
  const { key, owner, credits, from, kind, reference } = added;
  const posted = await ledger.post(tx, {
    ...{ key, kind, reference },
    lines: [
      { kind: from, owner: ledger.platformAccount(), amount: -credits },
      { kind: 'WALLET', owner, amount: credits },
    ],
  });
  if (!posted.replayed)
    await events.publish(tx, 'CreditsAdded', {
      userId: owner,
      credits,
      transactionId: posted.id,
      reason: kind,
    });
  return posted;
}

function told({ id, owner, amount, reference }: Hold) {
  return { userId: owner, holdId: id, credits: amount, reference };
}
