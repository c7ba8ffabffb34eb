import { type Static, Type } from 'typebox';
import { Timestamp, Uuid } from './common.ts';

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
