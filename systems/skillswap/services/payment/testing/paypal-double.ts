/**
 * PayPal's API as its reference has it, as far as payments go: tokens, orders that payers approve and we capture, request ids, refunds, disputes,
 * and webhooks that it says itself whether it has signed. It remembers; nothing is ever charged.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Faults } from './faults.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of PayPal's, each with what this double knows of it
type Thing = any;
type Answer = { status: number; body: Thing };

export type PayPalEvent = { id: string; event_type: string; resource: Thing };

export class PayPalDouble {
  readonly clientId = 'client';
  readonly clientSecret = 'secret';
  readonly webhookId = 'WH-1';
  readonly faults = new Faults();
  readonly orders = new Map<string, Thing>();
  readonly refunds = new Map<string, Thing>();
  readonly disputes = new Map<string, Thing>();
  readonly events: PayPalEvent[] = [];
  url = '';
  readonly #answers = new Map<string, Answer>();
  readonly #server = createServer(async (request, response) => {
    const body = await text(request);
    await this.faults.around(request, response, async () => this.#once(request, body));
  });

  async listen(port = 0): Promise<this> {
    await once(this.#server.listen(port, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What payers have paid, less what they got back: minor units. */
  get charged(): number {
    const minor = ({ amount }: Thing) => Math.round(Number(amount.value) * 100);
    const paid = [...this.orders.values()].flatMap(capturesOf).filter(({ status }) => status === 'COMPLETED');
    const sum = (all: Thing[]) => all.reduce((total, one) => total + minor(one), 0);
    return sum(paid) - sum([...this.refunds.values()]);
  }

  /** The payer agrees, to be charged by a source that is good or not. */
  approve(id: string, source: 'good' | 'declined' = 'good'): void {
    const order = this.orders.get(id);
    Object.assign(order, { status: 'APPROVED', source });
    this.#tell('CHECKOUT.ORDER.APPROVED', { id });
  }

  dispute(paymentId: string): Thing {
    const [capture] = capturesOf(this.orders.get(paymentId));
    const dispute = {
      ...{
        dispute_id: newId('PP-D'),
        reason: 'UNAUTHORISED',
        status: 'OPEN',
        dispute_amount: capture.amount,
      },
      disputed_transactions: [{ seller_transaction_id: capture.id }],
    };
    this.disputes.set(dispute.dispute_id, dispute);
    this.#tell('CUSTOMER.DISPUTE.CREATED', dispute);
    return dispute;
  }

  /** Sends an event as PayPal does. The answer's status. */
  async send(event: PayPalEvent, to: string, signature = signatureOf(event)): Promise<number> {
    const headers = {
      'content-type': 'application/json',
      ...{ 'paypal-transmission-id': event.id, 'paypal-transmission-sig': signature },
      ...{ 'paypal-transmission-time': new Date().toISOString(), 'paypal-auth-algo': 'SHA256withRSA' },
      'paypal-cert-url': `${this.url}/certs/1`,
    };
    return (await fetch(to, { method: 'POST', headers, body: JSON.stringify(event) })).status;
  }

  #once(request: IncomingMessage, body: string): Answer {
    const { method = '', url = '', headers } = request;
    if (url === '/v1/oauth2/token') {
      const good = Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64');
      return headers.authorization === `Basic ${good}`
        ? { status: 200, body: { access_token: 'token', expires_in: 32_400 } }
        : error(401, 'invalid_client');
    }
    if (headers.authorization !== 'Bearer token') return error(401, 'AUTHENTICATION_FAILURE');
    const id = headers['paypal-request-id'] as string | undefined;
    const earlier = id === undefined ? undefined : this.#answers.get(`${url} ${id}`);
    if (earlier) return earlier;
    const answer = structuredClone(this.#answer(method, url, body === '' ? {} : JSON.parse(body)));
    if (id !== undefined && answer.status < 300) this.#answers.set(`${url} ${id}`, answer);
    return answer;
  }

  #answer(method: string, url: string, body: Thing): Answer {
    if (url === '/v1/notifications/verify-webhook-signature') {
      const good =
        body.webhook_id === this.webhookId && body.transmission_sig === signatureOf(body.webhook_event);
      return { status: 200, body: { verification_status: good ? 'SUCCESS' : 'FAILURE' } };
    }
    const [, kind = '', id = '', action] = /^\/v\d\/\w+\/(\w+)(?:\/([\w-]+))?(?:\/(\w+))?$/.exec(url) ?? [];
    if (method === 'POST' && kind === 'orders' && id === '') return this.#create(body);
    if (method === 'POST' && kind === 'captures' && action === 'refund') return this.#refund(id, body);
    const thing = { orders: this.orders, refunds: this.refunds, disputes: this.disputes }[kind]?.get(id);
    if (!thing) return error(404, 'RESOURCE_NOT_FOUND');
    if (method === 'GET') return { status: 200, body: thing };
    return kind === 'orders' && action === 'capture'
      ? this.#capture(thing)
      : error(404, 'RESOURCE_NOT_FOUND');
  }

  #create({ purchase_units: [unit] }: Thing): Answer {
    if (!/^\d+\.\d\d$/.test(unit.amount.value)) return error(422, 'INVALID_PARAMETER_SYNTAX');
    const id = newId('O');
    const links = [{ rel: 'payer-action', href: `${this.url}/checkoutnow?token=${id}` }];
    const order = { id, status: 'PAYER_ACTION_REQUIRED', links, purchase_units: [structuredClone(unit)] };
    this.orders.set(id, order);
    return { status: 201, body: order };
  }

  #capture(order: Thing): Answer {
    if (order.status === 'COMPLETED') return error(422, 'ORDER_ALREADY_CAPTURED');
    if (order.status !== 'APPROVED') return error(422, 'ORDER_NOT_APPROVED');
    if (order.source === 'declined') return error(422, 'INSTRUMENT_DECLINED');
    const [unit] = order.purchase_units;
    const capture = { id: newId('C'), status: 'COMPLETED', amount: unit.amount };
    order.status = 'COMPLETED';
    unit.payments = { captures: [capture] };
    this.#tell('PAYMENT.CAPTURE.COMPLETED', {
      ...capture,
      supplementary_data: { related_ids: { order_id: order.id } },
    });
    return { status: 201, body: order };
  }

  #refund(captureId: string, { amount }: Thing): Answer {
    const capture = [...this.orders.values()].flatMap(capturesOf).find(({ id }) => id === captureId);
    const before = [...this.refunds.values()].filter((refund) => refund.capture === captureId);
    const left =
      Number(capture?.amount.value ?? 0) - before.reduce((sum, one) => sum + Number(one.amount.value), 0);
    if (Number(amount.value) > left)
      return error(422, left > 0 ? 'REFUND_AMOUNT_EXCEEDED' : 'CAPTURE_FULLY_REFUNDED');
    const refund = { id: newId('R'), status: 'COMPLETED', amount, capture: captureId };
    this.refunds.set(refund.id, refund);
    return { status: 201, body: refund };
  }

  #tell(event_type: string, resource: Thing): void {
    this.events.push({ id: newId('WH'), event_type, resource: structuredClone(resource) });
  }
}

function capturesOf({ purchase_units: [unit] }: Thing): Thing[] {
  return unit.payments?.captures ?? [];
}

/** Only this double can tell. */
function signatureOf({ id }: PayPalEvent): string {
  return `signed ${id}`;
}

function error(status: number, issue: string): Answer {
  return { status, body: { name: 'UNPROCESSABLE_ENTITY', details: [{ issue }] } };
}

function newId(prefix: string): string {
  return `${prefix}-${randomBytes(8).toString('hex')}`;
}
