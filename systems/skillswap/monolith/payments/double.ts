import type { PaymentProvider } from './provider.ts';

/** The payment method that is always declined. */
const DECLINED_METHOD = 'pm_card_declined';

/**
 * A provider that moves no money: it stands in for one of the field until the payment service brings it. It charges whatever it is asked, but
 * for `DECLINED_METHOD`, and makes its ids of the keys, so that it has nothing to remember.
 */
export function paymentDouble(): PaymentProvider {
  return {
    charge: async ({ key, paymentMethodId }) =>
      paymentMethodId === DECLINED_METHOD
        ? { status: 'DECLINED' }
        : { status: 'SUCCEEDED', id: `pi_double_${key}` },
  };
}
