/** What follows from what a provider says of a payment: pure. */
import type { Money, PaymentState } from './provider.ts';

/** An abandoned payment is ended after so long: nobody answers their bank later, and nobody is to pay by surprise. */
export const ABANDONED_MS = 24 * 3_600_000;

export type Step =
  | { do: 'confirm' }
  /** So that the refused method, or another one, does not pay it later. */
  | { do: 'cancel'; reason: string }
  | { do: 'credit'; chargeId: string }
  | { do: 'fail'; reason: string }
  | { do: 'wait'; state: 'ACTION' | 'PROCESSING'; clientSecret?: string; url?: string }
  /** Something was charged that nobody asked for: a person has to look at it. */
  | { do: 'review'; reason: string };

export function nextStep(
  payment: PaymentState,
  purchase: Money & { ageMs: number; reason: string | null },
): Step {
  const isAbandoned = purchase.ageMs >= ABANDONED_MS;
  switch (payment.is) {
    case 'ready':
      return isAbandoned ? { do: 'cancel', reason: 'abandoned' } : { do: 'confirm' };
    case 'action': {
      const { clientSecret, url } = payment;
      return isAbandoned
        ? { do: 'cancel', reason: 'abandoned' }
        : { do: 'wait', state: 'ACTION', clientSecret, url };
    }
    case 'processing':
      return { do: 'wait', state: 'PROCESSING' };
    case 'declined':
      return { do: 'cancel', reason: payment.reason };
    case 'ended':
      return { do: 'fail', reason: purchase.reason ?? 'canceled' };
    case 'succeeded':
      return payment.amount === purchase.amount && payment.currency === purchase.currency
        ? { do: 'credit', chargeId: payment.chargeId }
        : { do: 'review', reason: `charged ${payment.amount} ${payment.currency}` };
  }
}

const LATEST_MS = 3_600_000;

/** When a payment is looked at again that is not over: the longer it takes the later. Messages of the provider are quicker mostly. */
export function nextLookMs(attempt: number, firstMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(attempt, 20), LATEST_MS);
}
