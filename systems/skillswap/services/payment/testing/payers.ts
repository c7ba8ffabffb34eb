import { PayPalDouble } from './paypal-double.ts';
import { StripeDouble } from './stripe-double.ts';
import { stripeDoubleAt } from './stripe-double-keys.ts';

/** A provider of payments and the people who pay by it, as far as tests need to know. */
export type Payers = {
  name: 'stripe' | 'paypal';
  /** What the service is told of it. */
  env: Record<string, string>;
  faults: StripeDouble['faults'];
  /** What payers have paid and not got back, minor units. */
  charged(): number;
  /** Methods of payment: one that is good, one that is refused, and one whose payer has to answer first. */
  methods: { good: string; refused: string; asks: string };
  /** Payments that were made, in their order. */
  payments(): string[];
  /** The payer does what they are asked, if they are. */
  answer(paymentId: string, method: string): void;
  /** What it has told, so far: how to send each. */
  messages(): ((to: string, good?: boolean) => Promise<number>)[];
  /** The payer contests a payment. */
  dispute(paymentId: string): void;
  /** What it asks us to do, as paths. */
  paths: { create: RegExp; confirm: RegExp; look: RegExp };
  close(): void;
};

export async function stripePayers(): Promise<Payers & { double: StripeDouble }> {
  const double = await new StripeDouble().listen();
  return {
    double,
    name: 'stripe',
    env: stripeDoubleAt(double.url),
    faults: double.faults,
    charged: () => double.charged,
    methods: {
      good: 'pm_card_visa',
      refused: 'pm_card_chargeDeclined',
      asks: 'pm_card_authenticationRequired',
    },
    payments: () => [...double.intents.keys()],
    answer: (id) => double.authenticate(id),
    messages: () =>
      double.events.map(
        (event) =>
          (to, good = true) =>
            double.send(event, to, good ? {} : { secret: 'whsec_another' }),
      ),
    dispute: (id) => void double.dispute(id),
    paths: { create: /^POST .*payment_intents$/, confirm: /confirm$/, look: /^GET .*payment_intents/ },
    close: () => double.close(),
  };
}

export async function paypalPayers(): Promise<Payers & { double: PayPalDouble }> {
  const double = await new PayPalDouble().listen();
  return {
    double,
    name: 'paypal',
    env: {
      PAYPAL_URL: double.url,
      PAYPAL_CLIENT_ID: double.clientId,
      PAYPAL_CLIENT_SECRET: double.clientSecret,
      PAYPAL_WEBHOOK_ID: double.webhookId,
    },
    faults: double.faults,
    charged: () => double.charged,
    methods: { good: 'good', refused: 'declined', asks: 'good' },
    payments: () => [...double.orders.keys()],
    answer: (id, method) => {
      if (double.orders.get(id).status === 'PAYER_ACTION_REQUIRED')
        double.approve(id, method === 'declined' ? 'declined' : 'good');
    },
    messages: () =>
      double.events.map(
        (event) =>
          (to, good = true) =>
            double.send(event, to, ...(good ? [] : ['signed by somebody else'])),
      ),
    dispute: (id) => void double.dispute(id),
    paths: { create: /^POST .*orders$/, confirm: /capture$/, look: /^GET .*orders/ },
    close: () => double.close(),
  };
}
