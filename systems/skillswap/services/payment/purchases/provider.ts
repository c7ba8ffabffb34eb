import type { Currency } from '../../../kit/credits/prices.ts';

/** Money: minor units of a currency. */
export type Money = { amount: number; currency: Currency };

export type ProviderName = 'stripe' | 'paypal';

/** What has become of a payment, as the provider has it. */
export type PaymentState =
  /** It waits for us to confirm it. */
  | { is: 'ready' }
  /** It waits for the payer: for their bank (SCA), or for their consent. */
  | { is: 'action'; clientSecret?: string; url?: string }
  | { is: 'processing' }
  | ({ is: 'succeeded'; chargeId: string } & Money)
  /** This method was refused; another one might still pay it. */
  | { is: 'declined'; reason: string }
  /** Nobody can pay it any more. */
  | { is: 'ended' };

export type FoundPayment = { paymentId: string; state: PaymentState };

/** `id`: null where it is known only that it was done. */
export type RefundState = { id: string | null; is: 'pending' | 'succeeded' | 'failed' };

/** What a message of the provider is about. What it says is not believed but asked for: messages come twice, late and in any order. */
type ProviderMessage = {
  id: string;
  about: { kind: 'payment' | 'dispute' | 'payout'; id: string } | null;
};

/** A payment that somebody contests with their bank. */
export type DisputeState = {
  id: string;
  /** What the payment is named by; `paymentId` or `chargeId` of it. */
  paymentId: string | null;
  chargeId: string | null;
  is: 'open' | 'won' | 'lost';
  reason: string;
} & Money;

/**
 * A provider of payments. A payment is made first, which charges nobody, and its id is kept before it is confirmed: whatever fails then, it is known
 * which payment to ask about, for ever. Everything may be asked again. All throw `ProviderError`.
 */
export type PaymentProvider = {
  name: ProviderName;
  /** Makes a payment that charges nobody yet. The same key makes the same one, for a day at least; a second one would do no harm. */
  create(
    payment: Money & { purchaseId: string; key: string; method: string },
  ): Promise<{ paymentId: string; state: PaymentState }>;
  /** Charges, once for each payment. Throws `UNREACHABLE` if nobody knows whether it did. */
  confirm(paymentId: string, given: { key: string; method: string }): Promise<PaymentState>;
  look(paymentId: string): Promise<PaymentState>;
  /** Payments that somebody else has made here and noted this of in a field of theirs. Left out: it cannot be asked. */
  find?(noted: { field: string; value: string; since: Date }): Promise<FoundPayment[]>;
  /** After it nobody can pay any more; if it was paid before, it says so. */
  cancel(paymentId: string): Promise<PaymentState>;
  /** Gives money back, once for each key. Throws `REFUSED` if the provider never will. */
  refund(refund: Money & { paymentId: string; chargeId: string; key: string }): Promise<RefundState>;
  lookAtRefund(refundId: string): Promise<RefundState>;
  lookAtDispute(disputeId: string): Promise<DisputeState>;
  /** Undefined: it is not the provider's, or it is too old. */
  message(
    headers: Readonly<Record<string, string | string[] | undefined>>,
    body: Buffer,
    now: Date,
  ): Promise<ProviderMessage | undefined>;
};

/** `UNREACHABLE`: nobody knows what it did, ask again. `REFUSED`: it did nothing and never will. */
export class ProviderError extends Error {
  readonly code: 'UNREACHABLE' | 'REFUSED';
  readonly reason: string;

  constructor(code: 'UNREACHABLE' | 'REFUSED', reason: string, cause?: unknown) {
    super(`The provider of payments ${code === 'REFUSED' ? 'refuses' : 'does not answer well'}: ${reason}`, {
      cause,
    });
    this.name = 'ProviderError';
    this.code = code;
    this.reason = reason;
  }
}
