import type { Events } from '@banyan/events';
import { leasedRows, repeatedWork, type ServicePart } from '@banyan/service';
import { type Static, Type } from 'typebox';
import type { contracts } from '../../../contracts/payment.ts';
import { inLedger } from '../ledger/ledger.ts';
import { inLedgerAsWriter, isWriter } from '../ledger/writer.ts';
import { errors } from './errors.ts';
import { leaveToMonolith, type MonolithPayments } from './left-open.ts';
import { paypal } from './paypal.ts';
import type { PaymentProvider, ProviderName } from './provider.ts';
import { advance, isOver } from './purchase.ts';
import { LEASE_MS, LookConfig, providerQueue } from './queue.ts';
import { COLUMNS, leaveOpen, lookAfter, noteEnded, type Purchase, REVIEWED, takeOver } from './store.ts';
import { stripe } from './stripe.ts';

export const PurchaseConfig = Type.Object({
  STRIPE_URL: Type.String({ default: 'https://api.stripe.com' }),
  /** Without it nobody pays by Stripe. */
  STRIPE_SECRET_KEY: Type.Optional(Type.String({ minLength: 1, secret: true })),
  /** Of the endpoint `/api/v1/payments/webhooks/stripe`. */
  STRIPE_WEBHOOK_SECRET: Type.String({ default: '', secret: true }),
  PAYPAL_URL: Type.String({ default: 'https://api-m.paypal.com' }),
  PAYPAL_CLIENT_ID: Type.String({ default: '' }),
  /** Without it nobody pays by PayPal. */
  PAYPAL_CLIENT_SECRET: Type.Optional(Type.String({ minLength: 1, secret: true })),
  /** Of the webhook `/api/v1/payments/webhooks/paypal`. */
  PAYPAL_WEBHOOK_ID: Type.String({ default: '' }),
  /** How long an answer of a provider is waited for, ms. */
  PROVIDER_TIMEOUT_MS: Type.Integer({ minimum: 10, default: 10_000 }),
  /** How long until purchases are gone on with that the monolith has left open, ms. */
  TAKE_OVER_MS: Type.Integer({ minimum: 10, default: 5_000 }),
  /**
   * Where the monolith takes money: `none` (nowhere: it has a double), `stripe` (at the account of STRIPE_SECRET_KEY). Left out: nobody has said, and what
   * it has left open is not gone on with until somebody has found out whether it was charged.
   */
  MONOLITH_PAYMENTS: Type.Optional(Type.Enum(['none', 'stripe'])),
  /** The field of Stripe's metadata in which the monolith notes the id of its transaction. */
  MONOLITH_PAYMENTS_FIELD: Type.String({ minLength: 1, default: 'transaction_id' }),
  /**
   * How old purchases are that are left to the monolith, when that writes, ms: it does not go on with younger ones, and those that were begun just after a step
   * to this service, before it is told that it writes, are not given up.
   */
  LEAVE_AFTER_MS: Type.Integer({ minimum: 0, default: 60_000 }),
  ...LookConfig.properties,
});

export type Purchasing = {
  /** Throws `PROVIDER_UNKNOWN`. */
  providerOf(name: ProviderName): PaymentProvider;
  /** Takes a purchase as far as it goes now. Throws `ProviderError`. */
  advance(purchase: Purchase): Promise<Purchase>;
  /** Looks now whether a payment is to be looked at. */
  wake(): void;
};

const ROWS = { table: 'purchases', key: 'id', columns: COLUMNS, leaseMs: LEASE_MS };

/** Takes purchases on that somebody has left, by what the provider says of them, until they are paid or never will be. */
export const purchasing: ServicePart<Purchasing, typeof PurchaseConfig> = {
  config: PurchaseConfig,
  async start(host) {
    const { config, pool, provided } = host;
    const events = provided.events as Events<typeof contracts>;
    const providers = providersOf(config);

    const providerOf = (name: ProviderName) => {
      const provider = providers.get(name);
      if (!provider) throw errors('PROVIDER_UNKNOWN');
      return provider;
    };
    const monolith = monolithPayments(config);
    const around = ({ provider }: Purchase) =>
      ({ pool, events, provider: providerOf(provider), now: new Date(), monolith }) as const;

    const queue = providerQueue(host, 'look at payments', {
      rows: leasedRows<Purchase>(ROWS),
      advance: async (row) => isSettled(await advance({ ...around(row), inLedger: inLedgerAsWriter }, row)),
    });
    const where = `due_at IS NOT NULL AND left_open_at = 'infinity'`;
    const left = providerQueue(host, 'end payments that the monolith goes on with', {
      rows: leasedRows<Purchase>({ ...ROWS, where }),
      advance: async (row) => await leaveToMonolith(around(row), row),
      whileOurs: false,
    });

    const taking = repeatedWork(host, {
      'take over purchases of the monolith': {
        everyMs: config.TAKE_OVER_MS,
        inOneProcess: true,
        run: async () => {
          if (!(await isWriter(pool))) return await leaveOpen(pool, config.LEAVE_AFTER_MS);
          await noteEnded(pool);
          await takeOver(pool, 'open');
        },
      },
    });

    const advanceNow = async (purchase: Purchase) => {
      try {
        return await advance({ ...around(purchase), inLedger }, purchase);
      } finally {
        // Not only after its head start is over: by now it is known that it has to be looked at, or that it is over.
        await lookAfter(pool, purchase.id, config.PAYMENT_AGAIN_MS);
      }
    };
    return {
      provided: { providerOf, advance: advanceNow, wake: queue.wake },
      open: async () => {
        for (const work of [queue, left, taking]) await work.open?.();
      },
      close: async () => {
        await Promise.all([queue, left, taking].map((work) => work.close()));
      },
    };
  },
};

/** Nothing more comes of it by itself. */
function isSettled(purchase: Purchase): boolean {
  return isOver(purchase) || purchase.reason === REVIEWED;
}

function monolithPayments({
  MONOLITH_PAYMENTS: at,
  MONOLITH_PAYMENTS_FIELD: field,
}: Static<typeof PurchaseConfig>): MonolithPayments {
  return at === 'stripe' ? { at, field } : at && { at };
}

function providersOf(
  config: {
    [Name in keyof typeof PurchaseConfig.properties]?: string | number;
  },
): Map<ProviderName, PaymentProvider> {
  const text = (name: keyof typeof config) => String(config[name] ?? '');
  const timeoutMs = Number(config.PROVIDER_TIMEOUT_MS);
  const providers: PaymentProvider[] = [];
  if (config.STRIPE_SECRET_KEY)
    providers.push(
      stripe({
        url: text('STRIPE_URL'),
        secretKey: text('STRIPE_SECRET_KEY'),
        webhookSecret: text('STRIPE_WEBHOOK_SECRET'),
        timeoutMs,
      }),
    );
  if (config.PAYPAL_CLIENT_SECRET)
    providers.push(
      paypal({
        url: text('PAYPAL_URL'),
        clientId: text('PAYPAL_CLIENT_ID'),
        clientSecret: text('PAYPAL_CLIENT_SECRET'),
        webhookId: text('PAYPAL_WEBHOOK_ID'),
        timeoutMs,
      }),
    );
  return new Map(providers.map((provider) => [provider.name, provider]));
}
