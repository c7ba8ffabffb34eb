/** Payouts by transfers to connected accounts (docs.stripe.com/api/transfers), from which Stripe pays out by itself. */
import type { Body } from '../purchases/http.ts';
import { ProviderError } from '../purchases/provider.ts';
import { type StripeApi, StripeError } from '../purchases/stripe-api.ts';
import type { PayoutMethod, PayoutState } from './method.ts';

export function stripeConnect(call: StripeApi): PayoutMethod {
  return {
    name: 'stripe',

    async send({ withdrawalId, accountId, amount, currency }) {
      // Keys of Stripe's are over after a day: from then on it is known by its group alone whether it was made.
      const group = `withdrawal_${withdrawalId}`;
      const { data } = await call('GET', `transfers?transfer_group=${encodeURIComponent(group)}&limit=1`);
      if (data[0]) return stateOf(data[0]);
      const fields = {
        ...{ amount, currency: currency.toLowerCase(), destination: accountId ?? '', transfer_group: group },
        metadata: { withdrawal_id: withdrawalId },
      };
      try {
        return stateOf(await call('POST', 'transfers', fields, `transfer:${withdrawalId}`));
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        const isFinal = error.type !== 'idempotency_error' && !LATER.has(error.reason);
        if (isFinal) return { is: 'failed', payoutId: null, reason: error.reason };
        throw new ProviderError('UNREACHABLE', error.reason, error);
      }
    },
  };
}

/** Refused for now, and not since something is wrong with it. */
const LATER = new Set(['balance_insufficient', 'rate_limit', 'lock_timeout']);

function stateOf({ id, reversed }: Body): PayoutState {
  return reversed ? { is: 'failed', payoutId: id, reason: 'reversed' } : { is: 'paid', payoutId: id };
}
