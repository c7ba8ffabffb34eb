/**
 * Stripe's API as its reference has it, as far as payments go: PaymentIntents with SCA and refusals by the payment methods of its test mode, refunds,
 * disputes, transfers to connected accounts, idempotency keys, signed webhooks. It remembers; nothing is ever charged.
 *
 * By itself: `STRIPE_PORT=... STRIPE_WEBHOOK_URL=... node stripe-double.ts`; then `POST /_double/faults`, `/_double/healthy`, `/_double/authenticate/:id`
 * and `/_double/dispute/:id` do what in a test its methods do, and `/_double/again` sends all events once more.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Fault, Faults } from './faults.ts';
import { SECRET_KEY, WEBHOOK_SECRET } from './stripe-double-keys.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of Stripe's, each with what this double knows of it
type Thing = any;
type Answer = { status: number; body: Thing };

export type StripeEvent = { id: string; type: string; created: number; data: { object: Thing } };

const GOOD = /^pm_card_(visa|mastercard|authenticationRequired|chargeDeclined|processing)\w*$/;

export class StripeDouble {
  readonly secretKey = SECRET_KEY;
  readonly webhookSecret = WEBHOOK_SECRET;
  readonly faults = new Faults();
  readonly intents = new Map<string, Thing>();
  readonly refunds = new Map<string, Thing>();
  readonly disputes = new Map<string, Thing>();
  readonly transfers = new Map<string, Thing>();
  /** What can be transferred from, minor units. */
  balance = Number.POSITIVE_INFINITY;
  /** In the order in which they happened. */
  readonly events: StripeEvent[] = [];
  readonly asked: string[] = [];
  /** Where events are sent as they happen, twice each and not waited for. Default: nowhere, `send` sends them. */
  webhookUrl: string | undefined;
  url = '';
  readonly #keys = new Map<string, { request: string; answer: Answer }>();
  readonly #server = createServer(async (request, response) => {
    const body = await text(request);
    this.asked.push(`${request.method} ${request.url}`);
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
    const paid = [...this.intents.values()].reduce((sum, { amount_received }) => sum + amount_received, 0);
    const back = [...this.refunds.values()].filter(({ status }) => status === 'succeeded');
    return paid - back.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** The payer answers their bank. */
  authenticate(id: string, agrees = true): void {
    const intent = this.intents.get(id);
    if (intent.status !== 'requires_action') return;
    if (agrees) this.#succeed(intent);
    else this.#refuse(intent, 'payment_intent_authentication_failure');
  }

  /** A payment that was processing goes through. */
  complete(id: string): void {
    this.#succeed(this.intents.get(id));
  }

  /** The payer contests a payment with their bank. */
  dispute(paymentId: string, reason = 'fraudulent'): Thing {
    const intent = this.intents.get(paymentId);
    const dispute = {
      id: newId('du'),
      object: 'dispute',
      amount: intent.amount_received,
      currency: intent.currency,
      payment_intent: paymentId,
      charge: intent.latest_charge,
      reason,
      status: 'needs_response',
    };
    this.disputes.set(dispute.id, dispute);
    this.#tell('charge.dispute.created', dispute);
    return dispute;
  }

  decide(disputeId: string, status: 'won' | 'lost'): void {
    const dispute = this.disputes.get(disputeId);
    dispute.status = status;
    this.#tell('charge.dispute.closed', dispute);
  }

  /** Somebody takes a transfer back by hand. */
  takeBack(transferId: string): void {
    const transfer = this.transfers.get(transferId);
    transfer.reversed = true;
    this.#tell('transfer.reversed', transfer);
  }

  /** Sends an event as Stripe does. The answer's status. */
  async send(
    event: StripeEvent,
    to: string,
    { secret = this.webhookSecret, at = new Date() } = {},
  ): Promise<number> {
    const body = JSON.stringify({ object: 'event', api_version: '2024-06-20', ...event });
    const time = Math.floor(at.getTime() / 1_000);
    const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
    const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` };
    return (await fetch(to, { method: 'POST', headers, body })).status;
  }

  /** The same key with the same request has the same answer; with another one it is an error. */
  #once(request: IncomingMessage, body: string): Answer {
    const { method = '', url = '', headers } = request;
    if (url === '/health') return { status: 200, body: { status: 'ok' } };
    if (url.startsWith('/_double/')) return this.#control(url, body);
    if (headers.authorization !== `Bearer ${this.secretKey}`)
      return error(401, 'invalid_request_error', 'api_key');
    const key = method === 'POST' ? (headers['idempotency-key'] as string | undefined) : undefined;
    const asked = `${method} ${url} ${body}`;
    const earlier = key === undefined ? undefined : this.#keys.get(key);
    if (earlier)
      return earlier.request === asked ? earlier.answer : error(400, 'idempotency_error', 'key_reused');
    const answer = structuredClone(this.#answer(method, url, new URLSearchParams(body)));
    if (key !== undefined) this.#keys.set(key, { request: asked, answer });
    return answer;
  }

  /** As after a day, when a key means nothing any more. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  #answer(method: string, asked: string, form: URLSearchParams): Answer {
    const [url = '', query] = asked.split('?', 2);
    if (method === 'GET' && url === '/v1/transfers') {
      const group = new URLSearchParams(query).get('transfer_group');
      const data = [...this.transfers.values()].filter(({ transfer_group }) => transfer_group === group);
      return { status: 200, body: { object: 'list', has_more: false, data } };
    }
    if (method === 'GET' && url === '/v1/payment_intents')
      return { status: 200, body: pageOf(this.intents, new URLSearchParams(query)) };
    const [, kind = '', id, action] = /^\/v1\/(\w+)(?:\/(\w+))?(?:\/(\w+))?$/.exec(url) ?? [];
    if (method === 'POST' && kind === 'payment_intents' && !id) return this.#create(form);
    if (method === 'POST' && kind === 'refunds') return this.#refund(form);
    if (method === 'POST' && kind === 'transfers') return this.#transfer(form);
    if (method === 'GET' && kind === 'refunds' && !id)
      return { status: 200, body: pageOf(this.refunds, new URLSearchParams(query)) };
    const things: Record<string, Map<string, Thing>> = {
      ...{ payment_intents: this.intents, refunds: this.refunds },
      ...{ disputes: this.disputes, transfers: this.transfers },
    };
    const thing = things[kind]?.get(id ?? '');
    if (!thing) return error(404, 'invalid_request_error', 'resource_missing');
    if (method === 'GET' && !action) return { status: 200, body: thing };
    if (method === 'POST' && action === 'confirm') return this.#confirm(thing, form);
    if (method === 'POST' && action === 'cancel') return this.#cancel(thing);
    return error(404, 'invalid_request_error', 'url_invalid');
  }

  #create(form: URLSearchParams): Answer {
    const [amount, method] = [Number(form.get('amount')), form.get('payment_method') ?? ''];
    if (!GOOD.test(method)) return error(400, 'invalid_request_error', 'resource_missing');
    if (!Number.isInteger(amount) || amount < 1)
      return error(400, 'invalid_request_error', 'parameter_invalid_integer');
    const id = newId('pi');
    const intent = {
      ...{ id, object: 'payment_intent', amount, amount_received: 0, currency: form.get('currency') },
      ...{ status: 'requires_confirmation', payment_method: method, latest_charge: null },
      ...{ client_secret: `${id}_secret_${randomBytes(6).toString('hex')}`, last_payment_error: null },
      metadata: Object.fromEntries(
        [...form].flatMap(([name, value]) =>
          /^metadata\[(\w+)\]$/.exec(name) ? [[name.slice(9, -1), value]] : [],
        ),
      ),
      created: Math.floor(Date.now() / 1_000),
    };
    this.intents.set(id, intent);
    return { status: 200, body: intent };
  }

  #confirm(intent: Thing, form: URLSearchParams): Answer {
    if (!['requires_confirmation', 'requires_payment_method'].includes(intent.status))
      return error(400, 'invalid_request_error', 'payment_intent_unexpected_state');
    intent.payment_method = form.get('payment_method') ?? intent.payment_method;
    if (intent.payment_method.includes('chargeDeclined')) {
      this.#refuse(intent, 'card_declined');
      return { status: 402, body: { error: { ...intent.last_payment_error, payment_intent: intent } } };
    }
    if (intent.payment_method.includes('authenticationRequired')) {
      Object.assign(intent, { status: 'requires_action', next_action: { type: 'use_stripe_sdk' } });
      this.#tell('payment_intent.requires_action', intent);
    } else if (intent.payment_method.includes('processing')) {
      intent.status = 'processing';
      this.#tell('payment_intent.processing', intent);
    } else this.#succeed(intent);
    return { status: 200, body: intent };
  }

  #cancel(intent: Thing): Answer {
    if (['succeeded', 'canceled', 'processing'].includes(intent.status))
      return error(400, 'invalid_request_error', 'payment_intent_unexpected_state');
    intent.status = 'canceled';
    this.#tell('payment_intent.canceled', intent);
    return { status: 200, body: intent };
  }

  #succeed(intent: Thing): void {
    if (intent.status === 'succeeded') return;
    Object.assign(intent, {
      status: 'succeeded',
      amount_received: intent.amount,
      latest_charge: newId('ch'),
    });
    this.#tell('payment_intent.succeeded', intent);
  }

  #refuse(intent: Thing, code: string): void {
    intent.status = 'requires_payment_method';
    intent.last_payment_error = {
      type: 'card_error',
      code,
      ...(code === 'card_declined' && { decline_code: 'generic_decline' }),
    };
    this.#tell('payment_intent.payment_failed', intent);
  }

  #refund(form: URLSearchParams): Answer {
    const intent = this.intents.get(form.get('payment_intent') ?? '');
    const amount = Number(form.get('amount'));
    const before = [...this.refunds.values()].filter(({ payment_intent }) => payment_intent === intent?.id);
    const left = (intent?.amount_received ?? 0) - before.reduce((sum, one) => sum + one.amount, 0);
    if (!intent || amount > left)
      return error(400, 'invalid_request_error', left > 0 ? 'amount_too_large' : 'charge_already_refunded');
    const refund = {
      ...{ id: newId('re'), object: 'refund', amount, currency: intent.currency },
      ...{ payment_intent: intent.id, charge: intent.latest_charge, status: 'succeeded' },
    };
    this.refunds.set(refund.id, refund);
    this.#tell('charge.refunded', { id: intent.latest_charge, object: 'charge', payment_intent: intent.id });
    return { status: 200, body: refund };
  }

  #transfer(form: URLSearchParams): Answer {
    const destination = form.get('destination') ?? '';
    if (!/^acct_\w+$/.test(destination)) return error(400, 'invalid_request_error', 'resource_missing');
    if (destination.includes('closed')) return error(400, 'invalid_request_error', 'account_invalid');
    if (Number(form.get('amount')) > this.balance)
      return error(400, 'invalid_request_error', 'balance_insufficient');
    const transfer = {
      ...{ id: newId('tr'), object: 'transfer', amount: Number(form.get('amount')), reversed: false },
      ...{ currency: form.get('currency'), destination, transfer_group: form.get('transfer_group') },
    };
    this.transfers.set(transfer.id, transfer);
    this.#tell('transfer.created', transfer);
    return { status: 200, body: transfer };
  }

  #tell(type: string, object: Thing): void {
    const created = Math.floor(Date.now() / 1_000);
    const event = { id: newId('evt'), type, created, data: { object: structuredClone(object) } };
    this.events.push(event);
    for (let times = 0; times < 2; times++) void this.#sendThere(event);
  }

  async #sendThere(event: StripeEvent): Promise<void> {
    if (this.webhookUrl !== undefined) await this.send(event, this.webhookUrl).catch(() => {});
  }

  #control(url: string, body: string): Answer {
    const [, what, id = ''] = /^\/_double\/(\w+)(?:\/(\w+))?$/.exec(url) ?? [];
    if (what === 'faults') {
      const { how, path, times } = JSON.parse(body) as { how: Fault['how']; path: string; times?: number };
      this.faults.add(how, new RegExp(path), times);
    } else if (what === 'healthy') this.faults.clear();
    else if (what === 'again') for (const event of this.events) void this.#sendThere(event);
    else if (what === 'authenticate') this.authenticate(id);
    else if (what === 'dispute') return { status: 200, body: this.dispute(id) };
    return { status: 200, body: { charged: this.charged } };
  }
}

/** As Stripe's lists are: the newest first. */
function pageOf(things: ReadonlyMap<string, Thing>, query: URLSearchParams): Thing {
  const since = Number(query.get('created[gte]') ?? 0);
  const all = [...things.values()].filter(({ created = since }) => created >= since).reverse();
  const from = all.findIndex(({ id }) => id === query.get('starting_after')) + 1;
  const to = from + Number(query.get('limit') ?? 10);
  return { object: 'list', has_more: to < all.length, data: all.slice(from, to) };
}

function error(status: number, type: string, code: string): Answer {
  return { status, body: { error: { type, code, message: code } } };
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

if (import.meta.main) {
  const { PORT = '0', STRIPE_PORT = PORT, API_URL, STRIPE_WEBHOOK_URL } = process.env;
  const double = await new StripeDouble().listen(Number(STRIPE_PORT));
  double.webhookUrl = STRIPE_WEBHOOK_URL ?? (API_URL && `${API_URL}/api/v1/payments/webhooks/stripe`);
  console.log(`stripe double at ${double.url}`);
}
