import { type Static, Type } from 'typebox';
import { Nullable, Timestamp, Uuid } from './common.ts';
import { Purchase } from './credits.ts';

const PAYMENT_PROVIDERS = ['stripe', 'paypal'] as const;

/** By which provider; PayPal needs no payment method, whatever is sent as its id. */
export const NewPurchase = Type.Object({
  ...Purchase.properties,
  provider: Type.Enum([...PAYMENT_PROVIDERS], { default: 'stripe' }),
});
export type NewPurchase = Static<typeof NewPurchase>;

/** A purchase as its buyer sees it. */
export const PurchaseStatus = Type.Object({
  id: Uuid,
  provider: Type.Enum([...PAYMENT_PROVIDERS]),
  status: Type.Enum(['CREATED', 'ACTION', 'PROCESSING', 'PAID', 'FAILED']),
  amount: Type.Integer({ description: 'Minor units of the currency.' }),
  currency: Type.String(),
  credits: Type.Integer({ description: 'With the bonus.' }),
  reason: Nullable<string>(Type.String()),
  clientSecret: Nullable<string>(Type.String({ description: 'With which Stripe asks the payer.' })),
  actionUrl: Nullable<string>(Type.String({ description: 'Where PayPal asks the payer.' })),
  createdAt: Timestamp,
});

export const OfProvider = Type.Object({ provider: Type.Enum([...PAYMENT_PROVIDERS]) });

export const RefundRequest = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) });

export const RefundStatus = Type.Object({
  id: Uuid,
  purchaseId: Uuid,
  status: Type.Enum(['REQUESTED', 'SENT', 'DONE', 'FAILED']),
  createdAt: Timestamp,
});

/** A payment that its payer contests with their bank, as administrators see it. */
export const DisputeStatus = Type.Object({
  id: Uuid,
  provider: Type.Enum([...PAYMENT_PROVIDERS]),
  disputeId: Type.String(),
  purchaseId: Nullable<string>(Type.String()),
  amount: Nullable<number>(Type.Integer()),
  currency: Nullable<string>(Type.String()),
  reason: Nullable<string>(Type.String()),
  credits: Nullable<number>(Type.Integer({ description: 'Taken back of the buyer.' })),
  owed: Nullable<number>(Type.Integer({ description: 'What of it they did not have.' })),
  state: Type.Enum(['NEW', 'OPEN', 'WON', 'LOST', 'UNKNOWN']),
  createdAt: Timestamp,
});
