/** Stripe by its HTTP API (docs.stripe.com/api): PaymentIntents, refunds, disputes; and its webhooks. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { CREDIT_PRICE, type Currency } from '../../../kit/credits/prices.ts';
import type { Body } from './http.ts';
import {
  type DisputeState,
  type FoundPayment,
  type Money,
  type PaymentProvider,
  type PaymentState,
  ProviderError,
  type RefundState,
} from './provider.ts';
import { type StripeAccess, StripeError, stripeApi } from './stripe-api.ts';

export type StripeOptions = StripeAccess & {
  /** Of the endpoint to which Stripe sends its messages: `whsec_...`. */
  webhookSecret: string;
};

export function stripe({ webhookSecret, ...access }: StripeOptions): PaymentProvider {
  const call = stripeApi(access);
  const intent = (paymentId: string) => `payment_intents/${encodeURIComponent(paymentId)}`;

  return {
    name: 'stripe',

    async create({ amount, currency, purchaseId, key, method }) {
      const fields = {
        amount,
        currency: currency.toLowerCase(),
        payment_method: method,
        payment_method_types: ['card'],
        metadata: { purchase_id: purchaseId },
      };
      const made = await call('POST', 'payment_intents', fields, key);
      return { paymentId: made.id, state: stateOf(made) };
    },

    async confirm(paymentId, { key, method }) {
      try {
        return stateOf(await call('POST', `${intent(paymentId)}/confirm`, { payment_method: method }, key));
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        // The bank said no. Or it is past confirming: then it says best itself what it is.
        if (error.type === 'card_error') return { is: 'declined', reason: error.reason };
        const state = await this.look(paymentId);
        return state.is === 'ready' ? { is: 'declined', reason: error.reason } : state;
      }
    },

    look: async (paymentId) => stateOf(await call('GET', intent(paymentId))),

    // All of the time, and not by its search, which knows new ones a minute later or more.
    async find({ field, value, since }) {
      const found: FoundPayment[] = [];
      const query = new URLSearchParams({ limit: '100', 'created[gte]': String(secondsOf(since)) });
      for (;;) {
        const { data, has_more } = await call('GET', `payment_intents?${query}`);
        for (const one of data)
          if (one.metadata?.[field] === value) found.push({ paymentId: one.id, state: stateOf(one) });
        if (!has_more) return found;
        query.set('starting_after', data.at(-1).id);
      }
    },

    async cancel(paymentId) {
      try {
        return stateOf(await call('POST', `${intent(paymentId)}/cancel`));
      } catch (error) {
        if (error instanceof StripeError) return await this.look(paymentId);
        throw error;
      }
    },

    async refund({ paymentId, amount, key }) {
      try {
        return refundOf(await call('POST', 'refunds', { payment_intent: paymentId, amount }, key));
      } catch (error) {
        // By us, before the key was over: all of it goes back once.
        if (error instanceof StripeError && error.reason === 'charge_already_refunded')
          return { id: null, is: 'succeeded' };
        throw error;
      }
    },

    lookAtRefund: async (refundId) => refundOf(await call('GET', `refunds/${encodeURIComponent(refundId)}`)),

    lookAtDispute: async (disputeId) =>
      disputeOf(await call('GET', `disputes/${encodeURIComponent(disputeId)}`)),

    async message(headers, body, now) {
      const header = headers['stripe-signature'];
      if (typeof header !== 'string' || !isSigned(header, body, webhookSecret, now)) return undefined;
      const { id, type, data } = JSON.parse(body.toString('utf8'));
      return { id, about: aboutOf(String(type), data?.object ?? {}) };
    },
  };
}

function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}

function stateOf(intent: Body): PaymentState {
  switch (intent.status) {
    case 'succeeded':
      return {
        is: 'succeeded',
        chargeId: String(intent.latest_charge),
        ...moneyOf({ amount: intent.amount_received, currency: intent.currency }),
      };
    case 'requires_action':
      return { is: 'action', clientSecret: intent.client_secret };
    case 'requires_confirmation':
      return { is: 'ready' };
    case 'requires_payment_method': {
      const error = intent.last_payment_error;
      return { is: 'declined', reason: error?.decline_code ?? error?.code ?? 'payment_failed' };
    }
    case 'canceled':
      return { is: 'ended' };
    default:
      return { is: 'processing' };
  }
}

function refundOf({ id, status }: Body): RefundState {
  if (status === 'succeeded') return { id, is: 'succeeded' };
  return { id, is: status === 'failed' || status === 'canceled' ? 'failed' : 'pending' };
}

function disputeOf({ id, status, reason, payment_intent, charge, ...money }: Body): DisputeState {
  const is = status === 'lost' ? 'lost' : status === 'won' || status === 'warning_closed' ? 'won' : 'open';
  return { id, is, reason, paymentId: payment_intent ?? null, chargeId: charge ?? null, ...moneyOf(money) };
}

/** Throws where Stripe has a currency that nothing is sold in. */
function moneyOf({ amount, currency }: { amount: number; currency: string }): Money {
  const known = currency.toUpperCase();
  if (!(known in CREDIT_PRICE)) throw new ProviderError('REFUSED', `currency ${known}`);
  return { amount, currency: known as Currency };
}

function aboutOf(type: string, object: Body) {
  const paymentId = object.object === 'payment_intent' ? object.id : object.payment_intent;
  if (type.startsWith('charge.dispute.')) return { kind: 'dispute' as const, id: object.id };
  if (type.startsWith('payout.') || type.startsWith('transfer.'))
    return { kind: 'payout' as const, id: object.id };
  return typeof paymentId === 'string' ? { kind: 'payment' as const, id: paymentId } : null;
}

/** How far a message's time may be from ours, seconds: so long it could be replayed to whoever forgets ids. */
const TOLERANCE_SECONDS = 300;

/** `t=<seconds>,v1=<hex>[,v1=<hex>]`: of the time and the body as it came. */
function isSigned(header: string, body: Buffer, secret: string, now: Date): boolean {
  const parts = header.split(',').map((part) => part.trim().split('=', 2) as [string, string | undefined]);
  const time = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,12}$/.test(time)) return false;
  if (Math.abs(now.getTime() / 1_000 - Number(time)) > TOLERANCE_SECONDS) return false;
  const mine = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
  return parts
    .filter(([name]) => name === 'v1')
    .slice(0, 8)
    .map(([, value = '']) => Buffer.from(value, 'hex'))
    .some((theirs) => theirs.length === mine.length && timingSafeEqual(theirs, mine));
}
