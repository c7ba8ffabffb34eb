/** Purchases that one side has begun and the other goes on with: nobody is charged twice, and none that was charged is without its credits. */
import { type Db, withTransaction } from '@banyan/postgres';
import { openCase } from '../risk/open-case.ts';
import { type Left, leftStep } from './decide.ts';
import { type PaymentProvider, ProviderError } from './provider.ts';
import type { Purchase } from './store.ts';
import * as store from './store.ts';

/** Where the monolith takes money: nowhere, or at this provider too, noting the id of its transaction in this field; undefined: nobody has said. */
export type MonolithPayments = { at: 'none' } | { at: 'stripe'; field: string } | undefined;

type Around = { pool: Db; provider: PaymentProvider; now: Date; monolith: MonolithPayments };

/** A request of the monolith may have come to the provider by a clock that is behind. */
const CLOCKS_MS = 300_000;

/** Finds out whether the monolith has charged for a purchase that it has left open. True: it is gone on with here; else it waits, or somebody has to look. */
export async function takeUp(around: Around, purchase: Purchase): Promise<boolean> {
  const { pool, now } = around;
  const { id, paymentId } = purchase;
  const sinceMs = now.getTime() - purchase.leftOpenAt!.getTime();
  const step = leftStep(await leftBy(around, purchase), { sinceMs, paymentId });
  if (step.do === 'review') await askSomebody(pool, purchase, { rule: 'LEFT_OPEN', detail: step.reason });
  if (step.do === 'review' || step.do === 'wait') return false;
  await store.goOn(pool, id, step.do === 'adopt' ? step.paymentId : null);
  return true;
}

async function leftBy({ provider, monolith }: Around, { id, createdAt }: Purchase): Promise<Left> {
  if (monolith?.at === 'none') return 'nowhere';
  if (monolith?.at !== provider.name || !provider.find) return 'unknown';
  const since = new Date(createdAt.getTime() - CLOCKS_MS);
  return await provider.find({ field: monolith.field, value: id, since });
}

/** While the monolith goes on with it, nobody may pay here any more; what was paid here of one that it has ended is given back. True: it is over. */
export async function leaveToMonolith(
  { pool, provider }: Omit<Around, 'monolith'>,
  purchase: Purchase,
): Promise<boolean> {
  const { id, paymentId, amount, currency } = purchase;
  const payment = paymentId === null ? undefined : await provider.cancel(paymentId);
  if (payment?.is === 'processing' || !(await store.isEndedElsewhere(pool, id))) return false;
  if (payment?.is === 'succeeded') {
    const money = { amount, currency, paymentId: paymentId!, chargeId: payment.chargeId };
    const refund = await provider.refund({ ...money, key: `left:${id}` }).catch(refused);
    if (!refund || refund.is === 'failed')
      await askSomebody(pool, purchase, { rule: 'CHARGED_TWICE', detail: `${paymentId} is not given back` });
  }
  await store.endAsShown(pool, id);
  return true;
}

/** Has somebody find out what was charged. */
export async function askSomebody(
  pool: Db,
  { id, userId, state }: Purchase,
  reason: { rule: string; detail: string },
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    if ((await store.keepForReview(tx, id)) || state === 'FAILED')
      await openCase(tx, { kind: 'PAYMENT', userId, subject: `purchase:${id}`, reasons: [reason] });
  });
}

function refused(error: unknown): undefined {
  if (!(error instanceof ProviderError) || error.code !== 'REFUSED') throw error;
}
