/** PayPal by its REST API (developer.paypal.com/api/rest): orders that are captured, refunds, disputes; and its webhooks. */
import { CREDIT_PRICE, type Currency } from '../../../kit/credits/prices.ts';
import { ask, type Body } from './http.ts';
import {
  type DisputeState,
  type Money,
  type PaymentProvider,
  type PaymentState,
  ProviderError,
  type RefundState,
} from './provider.ts';

export type PayPalOptions = {
  /** Origin of the API. */
  url: string;
  clientId: string;
  clientSecret: string;
  /** Of the webhook that PayPal sends its messages to. */
  webhookId: string;
  timeoutMs: number;
};

export function paypal(options: PayPalOptions): PaymentProvider {
  const { url, webhookId, timeoutMs } = options;
  const accessToken = tokens(options);
  const call = async (method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<Body> => {
    const answer = await ask({
      method,
      url: `${url}/${path}`,
      timeoutMs,
      headers: {
        authorization: `Bearer ${await accessToken()}`,
        'content-type': 'application/json',
        prefer: 'return=representation',
        ...(key !== undefined && { 'paypal-request-id': key }),
      },
      ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
    });
    if (answer.status < 300) return answer.body;
    const { details, name } = answer.body ?? {};
    throw new ProviderError('REFUSED', details?.[0]?.issue ?? name ?? `status ${answer.status}`);
  };
  const order = (paymentId: string) => `v2/checkout/orders/${encodeURIComponent(paymentId)}`;

  return {
    name: 'paypal',

    async create({ amount, currency, purchaseId, key }) {
      const unit = { custom_id: purchaseId, amount: { currency_code: currency, value: decimal(amount) } };
      const made = await call(
        'POST',
        'v2/checkout/orders',
        { intent: 'CAPTURE', purchase_units: [unit] },
        key,
      );
      return { paymentId: made.id, state: stateOf(made) };
    },

    async confirm(paymentId, { key }) {
      try {
        return stateOf(await call('POST', `${order(paymentId)}/capture`, {}, key));
      } catch (error) {
        if (!(error instanceof ProviderError) || error.code !== 'REFUSED') throw error;
        if (error.reason === 'INSTRUMENT_DECLINED') return { is: 'declined', reason: error.reason };
        const state = await this.look(paymentId);
        return state.is === 'ready' ? { is: 'declined', reason: error.reason } : state;
      }
    },

    look: async (paymentId) => stateOf(await call('GET', order(paymentId))),

    // Orders cannot be cancelled, and need not be: nobody is charged unless we capture, and what is given up is captured no more.
    async cancel(paymentId) {
      const state = await this.look(paymentId);
      return state.is === 'succeeded' || state.is === 'processing' ? state : { is: 'ended' };
    },

    async refund({ chargeId, amount, currency, key }) {
      const body = { amount: { currency_code: currency, value: decimal(amount) } };
      try {
        return refundOf(
          await call('POST', `v2/payments/captures/${encodeURIComponent(chargeId)}/refund`, body, key),
        );
      } catch (error) {
        if (error instanceof ProviderError && error.reason === 'CAPTURE_FULLY_REFUNDED')
          return { id: null, is: 'succeeded' };
        throw error;
      }
    },

    lookAtRefund: async (refundId) =>
      refundOf(await call('GET', `v2/payments/refunds/${encodeURIComponent(refundId)}`)),

    lookAtDispute: async (id) =>
      disputeOf(await call('GET', `v1/customer/disputes/${encodeURIComponent(id)}`)),

    async message(headers, body) {
      const event = parsed(body);
      if (typeof event?.id !== 'string') return undefined;
      const one = (name: string) => String(headers[`paypal-${name}`] ?? '');
      // PayPal says itself whether it has signed it.
      const { verification_status } = await call('POST', 'v1/notifications/verify-webhook-signature', {
        auth_algo: one('auth-algo'),
        cert_url: one('cert-url'),
        transmission_id: one('transmission-id'),
        transmission_sig: one('transmission-sig'),
        transmission_time: one('transmission-time'),
        webhook_id: webhookId,
        webhook_event: event,
      });
      if (verification_status !== 'SUCCESS') return undefined;
      return { id: event.id, about: aboutOf(String(event.event_type), event.resource ?? {}) };
    },
  };
}

/** Of one token until it is nearly over. */
function tokens({ url, clientId, clientSecret, timeoutMs }: PayPalOptions): () => Promise<string> {
  let token: { value: string; until: number } | undefined;
  return async () => {
    if (token && token.until > Date.now()) return token.value;
    const { status, body } = await ask({
      method: 'POST',
      url: `${url}/v1/oauth2/token`,
      timeoutMs,
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    if (status >= 300) throw new ProviderError('UNREACHABLE', `no token: status ${status}`);
    token = { value: body.access_token, until: Date.now() + (Number(body.expires_in) - 60) * 1_000 };
    return token.value;
  };
}

function stateOf({ status, links = [], purchase_units: [unit] = [] }: Body): PaymentState {
  const capture = unit?.payments?.captures?.[0];
  if (
    capture?.status === 'COMPLETED' ||
    capture?.status === 'PARTIALLY_REFUNDED' ||
    capture?.status === 'REFUNDED'
  )
    return { is: 'succeeded', chargeId: capture.id, ...moneyOf(capture.amount) };
  if (capture?.status === 'PENDING') return { is: 'processing' };
  if (capture) return { is: 'declined', reason: String(capture.status).toLowerCase() };
  if (status === 'APPROVED') return { is: 'ready' };
  if (status === 'VOIDED') return { is: 'ended' };
  const link = links.find(({ rel }: { rel: string }) => rel === 'payer-action' || rel === 'approve');
  return { is: 'action', url: link?.href };
}

function refundOf({ id, status }: Body): RefundState {
  if (status === 'COMPLETED') return { id, is: 'succeeded' };
  return { id, is: status === 'PENDING' ? 'pending' : 'failed' };
}

function disputeOf({ dispute_id: id, status, reason, ...dispute }: Body): DisputeState {
  const outcome = dispute.dispute_outcome?.outcome_code;
  const is = status !== 'RESOLVED' ? 'open' : outcome === 'RESOLVED_BUYER_FAVOUR' ? 'lost' : 'won';
  const chargeId = dispute.disputed_transactions?.[0]?.seller_transaction_id ?? null;
  return { id, is, reason, paymentId: null, chargeId, ...moneyOf(dispute.dispute_amount) };
}

/** All currencies that credits are sold in have hundredths. */
function decimal(amount: number): string {
  return `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
}

function moneyOf({ currency_code: currency, value }: { currency_code: string; value: string }): Money {
  if (!(currency in CREDIT_PRICE)) throw new ProviderError('REFUSED', `currency ${currency}`);
  return { amount: Math.round(Number(value) * 100), currency: currency as Currency };
}

function aboutOf(type: string, resource: Body) {
  if (type.startsWith('CUSTOMER.DISPUTE.'))
    return { kind: 'dispute' as const, id: String(resource.dispute_id) };
  const order = type.startsWith('CHECKOUT.ORDER.')
    ? resource.id
    : resource.supplementary_data?.related_ids?.order_id;
  return typeof order === 'string' ? { kind: 'payment' as const, id: order } : null;
}

function parsed(body: Buffer): Body {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
