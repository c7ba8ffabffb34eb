/** What follows from what a provider says of a payment: pure. */
import type { FoundPayment, Money, PaymentState } from './provider.ts';

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

/** So long after the monolith has ended to write, a request of its may still charge somebody, or be seen to have. */
export const LATE_MS = 10 * 60_000;

/** `nowhere`: the monolith moves no money. `unknown`: nobody here can look whether it has charged. Else what was found that it has made. */
export type Left = 'nowhere' | 'unknown' | readonly FoundPayment[];

export type LeftStep =
  /** What the monolith has begun is gone on with. */
  | { do: 'adopt'; paymentId: string }
  /** Nobody was charged, and nobody will be by the monolith. */
  | { do: 'begin' }
  | { do: 'wait' }
  | { do: 'review'; reason: string };

/**
 * What becomes of a purchase that the monolith has left open, which may have been charged: it is not charged again unless it is known that it was not.
 * `sinceMs`: since it may have been begun by the monolith the last time; `paymentId`: of a payment that was begun here before.
 */
export function leftStep(
  left: Left,
  { sinceMs, paymentId }: { sinceMs: number; paymentId: string | null },
): LeftStep {
  if (left === 'nowhere') return { do: 'begin' };
  if (left === 'unknown') return { do: 'review', reason: 'the monolith may have charged for it' };
  const theirs = left.filter((one) => one.paymentId !== paymentId);
  const [one] = theirs;
  if (one && theirs.length === 1 && paymentId === null) return { do: 'adopt', paymentId: one.paymentId };
  if (one) return { do: 'review', reason: `${left.length} payments were made for it` };
  return sinceMs < LATE_MS ? { do: 'wait' } : { do: 'begin' };
}

const LATEST_MS = 3_600_000;

/** When a payment is looked at again that is not over: the longer it takes the later. Messages of the provider are quicker mostly. */
export function nextLookMs(attempt: number, firstMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(attempt, 20), LATEST_MS);
}
