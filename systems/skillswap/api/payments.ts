import { type Static, Type } from 'typebox';
import { Nullable, PageQuery, Text, Timestamp, Uuid } from './common.ts';
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

const PayeeName = Text(140, 1);
const Country = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1.' });

/** Where somebody wants what they have earned: a bank account, or a connected account of Stripe's. */
export const NewPayee = Type.Union([
  Type.Object({ method: Type.Literal('bank'), name: PayeeName, iban: Text(42, 5), country: Country }),
  Type.Object({
    method: Type.Literal('stripe'),
    name: PayeeName,
    accountId: Type.String({ pattern: '^acct_\\w{1,64}$' }),
    country: Country,
  }),
]);

export const PayeeStatus = Type.Object({
  method: Type.Enum(['bank', 'stripe']),
  name: Type.String(),
  account: Type.String({ description: 'Its last four characters.' }),
  country: Type.String(),
});

/** A withdrawal as its owner sees it. */
export const WithdrawalStatus = Type.Object({
  id: Uuid,
  status: Type.Enum(['REQUESTED', 'REVIEW', 'SENT', 'PAID', 'FAILED']),
  credits: Type.Integer(),
  amount: Type.Integer({ description: 'Minor units of the currency.' }),
  currency: Type.String(),
  createdAt: Timestamp,
});

/** A file with the payouts of a week, as administrators see it. */
export const PayoutFileStatus = Type.Object({
  id: Uuid,
  week: Type.String({ description: 'Its Monday.' }),
  currency: Type.String(),
  state: Type.Enum(['OPEN', 'CLOSED', 'SETTLED']),
  payouts: Type.Integer(),
  amount: Type.Integer({ description: 'Minor units of the currency.' }),
  createdAt: Timestamp,
});

/** What the bank has done with a file: all is paid, but this. */
export const Settlement = Type.Object({
  rejected: Type.Array(Type.Object({ withdrawalId: Uuid, reason: Text(200, 1) }), { maxItems: 10_000 }),
});

/** What somebody has to look at: a purchase that was blocked, or of which nobody knows whether it was charged; a withdrawal that waits. */
export const CaseStatus = Type.Object({
  id: Uuid,
  kind: Type.Enum(['FRAUD', 'LAUNDERING', 'PAYMENT']),
  userId: Uuid,
  subject: Type.String({ description: '`purchase:<id>` or `withdrawal:<id>`.' }),
  reasons: Type.Array(Type.Object({ rule: Type.String(), detail: Type.String() })),
  state: Type.Enum(['OPEN', 'CLEARED', 'CONFIRMED']),
  note: Nullable<string>(Type.String()),
  closedBy: Nullable<string>(Type.String()),
  openedAt: Timestamp,
  closedAt: Nullable<Date>(Timestamp),
});

export const CaseQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(Type.Enum(['OPEN', 'CLEARED', 'CONFIRMED'])),
});

export const CaseVerdict = Type.Object({
  verdict: Type.Enum(['CLEARED', 'CONFIRMED']),
  note: Text(1_000, 1),
  paymentId: Type.Optional(
    Type.String({
      ...{ minLength: 1, maxLength: 255 },
      description: "Of a `PAYMENT` that was charged: the provider's id of it, which is looked at.",
    }),
  ),
});

/** What somebody has earned in a calendar year (UTC), for them and for who has to tell the tax office of it. */
export const TaxDocument = Type.Object({
  year: Type.Integer(),
  userId: Uuid,
  country: Nullable<string>(Type.String({ description: 'Of the payee; null: not known.' })),
  sessions: Type.Integer({ description: 'Transfers that were earned.' }),
  earnedCredits: Type.Integer({ description: 'With the fees that the platform kept of them.' }),
  feeCredits: Type.Integer(),
  paidOut: Type.Array(
    Type.Object({ currency: Type.String(), amount: Type.Integer({ description: 'Minor units.' }) }),
  ),
  rule: Type.String({ description: 'By which it is reported or not: DAC7, GB_OECD, 1099-K, NONE.' }),
  reportable: Type.Boolean(),
});

export const OfYear = Type.Object({ year: Type.Integer({ minimum: 2000, maximum: 9999 }) });

/** How what people have paid each other was shared, by month (UTC). */
export const RevenueShare = Type.Object({
  month: Type.String({ description: '`YYYY-MM`.' }),
  transfers: Type.Integer(),
  credits: Type.Integer({ description: 'What was paid, less what was undone.' }),
  platform: Type.Integer({ description: 'The fees of it.' }),
  providers: Type.Integer(),
});

export const Months = Type.Object({
  from: Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$' }),
  to: Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$', description: 'With this month.' }),
});
