/** Buying credits: no charge without credits, no credits without a charge, whatever fails where. */
import { randomUUID } from 'node:crypto';
import type { Db } from '@banyan/postgres';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { type Currency, purchasedCredits } from '../../../kit/credits/prices.ts';
import { ApiError } from '../../../kit/problems.ts';
import { addCredits, type Says } from '../ledger/credits.ts';
import type { inLedger } from '../ledger/ledger.ts';
import { nextStep } from './decide.ts';
import { askSomebody, leaveToMonolith, type MonolithPayments, takeUp } from './left-open.ts';
import { type PaymentProvider, type PaymentState, ProviderError, type ProviderName } from './provider.ts';
import type { Purchase } from './store.ts';
import * as store from './store.ts';

export type Wanted = {
  userId: string;
  key: string;
  provider: ProviderName;
  method: string;
  amount: number;
  currency: Currency;
};

/** Whoever asked for it has so long until the queue looks at it, ms. */
const HEAD_START_MS = 30_000;

/**
 * Writes a purchase down, before anybody is asked for money. The same key is the same purchase. `judge` looks at a new one, in its
 * transaction, and says how it is then. Throws `AMOUNT_TOO_SMALL`, `KEY_REUSED`.
 */
export async function writeDown(
  pool: Db,
  wanted: Wanted,
  judge: (tx: pg.PoolClient, purchase: Purchase) => Promise<Purchase>,
): Promise<Purchase> {
  const { userId, key, amount, currency } = wanted;
  const { bought, bonus } = purchasedCredits(amount, currency);
  if (bought === 0) throw new ApiError('AMOUNT_TOO_SMALL');
  const made = await withTransaction(pool, async (tx) => {
    await store.takeOver(tx, { userId, key });
    const purchase = await store.insertPurchase(
      tx,
      { ...wanted, id: randomUUID(), bought, bonus },
      HEAD_START_MS,
    );
    return purchase && (await judge(tx, purchase));
  });
  if (made) return made;
  const known = (await store.findByKey(pool, userId, key))!;
  const isSame = (['amount', 'currency', 'method', 'provider'] as const).every(
    (name) => known[name] === wanted[name],
  );
  if (!isSame) throw new ApiError('KEY_REUSED');
  return known;
}

type Around = {
  pool: Db;
  events: Says;
  provider: PaymentProvider;
  now: Date;
  monolith: MonolithPayments;
  /** Of what nobody asks for: `inLedgerAsWriter`. */
  inLedger: typeof inLedger;
};

/**
 * Takes a purchase as far as it goes now. Again, and by several at once, is no error: each step is done once. Throws `ProviderError`
 * `UNREACHABLE` where nobody knows how far it is; then it is gone on with later, from what the provider says.
 */
export async function advance(around: Around, { id }: Pick<Purchase, 'id'>): Promise<Purchase> {
  const { pool, provider, now } = around;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const purchase = (await store.findPurchase(pool, id))!;
    if (purchase.state === 'PAID') return purchase;
    if (await store.isEndedElsewhere(pool, id)) {
      if (!(await leaveToMonolith(around, purchase))) return purchase;
      continue;
    }
    if (purchase.reason === store.REVIEWED) return purchase;
    if (purchase.leftOpenAt && !isOver(purchase)) {
      if (!(await takeUp(around, purchase))) return (await store.findPurchase(pool, id))!;
      continue;
    }
    const known = purchase.paymentId
      ? { paymentId: purchase.paymentId, state: await provider.look(purchase.paymentId) }
      : await createPayment(around, purchase);
    if (known === null) return (await store.findPurchase(pool, id))!;
    const { paymentId, state: payment } = known;
    const ageMs = now.getTime() - purchase.createdAt.getTime();
    let step = nextStep(payment, { ...purchase, ageMs });
    if (step.do === 'confirm') {
      const confirmed = await provider.confirm(paymentId, { key: `confirm:${id}`, method: purchase.method });
      step = nextStep(confirmed, { ...purchase, ageMs });
    }
    if (step.do === 'cancel') {
      await store.keepReason(pool, id, step.reason);
      step = nextStep(await provider.cancel(paymentId), { ...purchase, ageMs, reason: step.reason });
    }
    switch (step.do) {
      case 'credit':
        await credit(around, id, step.chargeId);
        continue;
      case 'fail':
        await around.inLedger(pool, (tx) => store.markFailed(tx, id, step.reason));
        return (await store.findPurchase(pool, id))!;
      case 'wait':
        await store.markWaiting(pool, id, step);
        return (await store.findPurchase(pool, id))!;
      case 'review':
        await askSomebody(pool, purchase, { rule: 'CHARGED_OTHERWISE', detail: step.reason });
        return (await store.findPurchase(pool, id))!;
      case 'confirm':
      case 'cancel':
        // It changed while we looked.
        continue;
    }
  }
  return (await store.findPurchase(pool, id))!;
}

const MOST_STEPS = 5;

/** Nothing more comes of it. */
export function isOver({ state }: Purchase): boolean {
  return state === 'PAID' || state === 'FAILED';
}

/** Null: the provider will never take it. */
async function createPayment(
  { pool, provider, inLedger }: Around,
  purchase: Purchase,
): Promise<{ paymentId: string; state: PaymentState } | null> {
  const { id: purchaseId, amount, currency, method } = purchase;
  try {
    const made = await provider.create({ purchaseId, amount, currency, method, key: `create:${purchaseId}` });
    const paymentId = await store.keepPaymentId(pool, purchaseId, made.paymentId);
    // Somebody was quicker, with another one: that counts.
    return paymentId === made.paymentId ? made : { paymentId, state: await provider.look(paymentId) };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'REFUSED') throw error;
    await inLedger(pool, (tx) => store.markFailed(tx, purchaseId, error.reason));
    return null;
  }
}

/** Credits and what says that they are paid, in one transaction. Of a purchase that was given up too: it was charged. */
async function credit({ pool, events, inLedger }: Around, id: string, chargeId: string): Promise<void> {
  await inLedger(pool, (tx) => creditIn(tx, events, id, chargeId));
}

/** In a transaction of the ledger. `chargeId` null: nobody knows it. */
export async function creditIn(
  tx: pg.PoolClient,
  events: Says,
  id: string,
  chargeId: string | null,
): Promise<void> {
  const { state, userId: owner, bought, bonus } = await store.lockPurchase(tx, id);
  if (state === 'PAID') return;
  const key = `purchase:${id}`;
  const credits = { owner, bought, bonus };
  await addCredits(tx, events, { key, reference: key, ...credits, kind: 'PURCHASE', bonusKind: 'BONUS' });
  await store.markPaid(tx, id, chargeId);
}
