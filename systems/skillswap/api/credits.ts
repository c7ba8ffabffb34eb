import { type Static, Type } from 'typebox';
import { CREDIT_PRICE, type Currency, MAX_CREDITS } from '../kit/credits/prices.ts';
import { Integer, Nullable, Text, Timestamp, Uuid } from './common.ts';

const CURRENCIES = Object.keys(CREDIT_PRICE) as Currency[];

/** Somebody's credits: whole ones. */
export const Wallet = Type.Object({
  userId: Uuid,
  balance: Type.Integer({ minimum: 0 }),
  held: Type.Integer({ minimum: 0, description: 'Set aside for sessions that are to come.' }),
  available: Type.Integer({
    minimum: 0,
    description: 'What can be spent: the balance without what is held.',
  }),
  debt: Type.Integer({ minimum: 0, description: 'What has to come in before anything is available again.' }),
});
export type Wallet = Static<typeof Wallet>;

/** One posting, as it was for one wallet. */
export const Transaction = Type.Object({
  id: Uuid,
  type: Type.String({ description: 'PURCHASE, BONUS, TRANSFER, REVERSAL, WITHDRAWAL, ...' }),
  credits: Type.Integer({ description: 'Below 0: they went.' }),
  reference: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'What it is about, e.g. a session.',
  }),
  createdAt: Timestamp,
});
export type Transaction = Static<typeof Transaction>;

export const Hold = Type.Object({
  id: Type.String(),
  sessionId: Type.String(),
  amount: Type.Integer(),
  captured: Nullable<number>(Type.Integer({ description: 'What of it was paid; null: it is still held.' })),
  expiresAt: Timestamp,
  createdAt: Timestamp,
});

/** The same key makes the same payment once, for ever. */
export const IdempotencyKey = Type.Object({ 'idempotency-key': Text(200, 1) });
export type IdempotencyKey = Static<typeof IdempotencyKey>;

export const Purchase = Type.Object({
  /** The payment provider's id of it; data of cards never come here. */
  paymentMethodId: Text(255, 1),
  amount: Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'Minor units of the currency.' }),
  currency: Type.Enum(CURRENCIES),
});
export type Purchase = Static<typeof Purchase>;

export const Purchased = Type.Object({
  transactionId: Type.String(),
  creditsAdded: Type.Integer(),
  newBalance: Type.Integer(),
});

export const Withdrawal = Type.Object({ credits: Integer(1, MAX_CREDITS), currency: Type.Enum(CURRENCIES) });
export type Withdrawal = Static<typeof Withdrawal>;
