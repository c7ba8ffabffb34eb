import type { Currency } from '../../kit/credits/prices.ts';

/** What a payment provider does for SkillSwap, whichever it is. No card data passes here: only the provider's own ids of it. */
export type PaymentProvider = {
  /**
   * Charges a payment method once for each `key`, however often it is asked: asked again, it says what has become of it. Rejects if nobody
   * knows whether it was charged.
   */
  charge(payment: {
    key: string;
    paymentMethodId: string;
    /** Minor units. */
    amount: number;
    currency: Currency;
  }): Promise<{ status: 'SUCCEEDED'; id: string } | { status: 'DECLINED' }>;
};
