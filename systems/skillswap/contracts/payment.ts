/** What the payment service says to the others. What it answers to clients is in api/. */
import { defineContracts, event } from '@banyan/events';
import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Id, Timestamp, Uuid } from '../api/common.ts';
import { MAX_CREDITS } from '../kit/credits/prices.ts';
import { SYSTEM } from './common.ts';

const ofPayment = <K extends string>(key: K, summary: string) =>
  ({ service: 'payment', summary, version: 1, key }) as const;

const Credits = Type.Integer({ minimum: 1, maximum: MAX_CREDITS });
const Reference = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'What it is about, e.g. `session:<id>`.',
});
const Key = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'Good for one effect, for ever: whoever asks again with it is told of the first.',
});

const OfHold = { userId: Uuid, holdId: Uuid, credits: Credits, reference: Reference };

const OfWithdrawal = {
  userId: Uuid,
  withdrawalId: Uuid,
  credits: Credits,
  amount: Type.Integer({ description: 'Minor units of the currency.' }),
  currency: Type.String(),
};

/** What costs nothing is held too, as by the monolith: then whoever goes on with it finds its hold. */
const Held = Type.Integer({ minimum: 0, maximum: MAX_CREDITS });

const Hold = Type.Object({
  id: Uuid,
  userId: Uuid,
  credits: Held,
  captured: Type.Integer({ minimum: 0 }),
  state: Type.Enum(['ACTIVE', 'CAPTURED', 'RELEASED', 'EXPIRED']),
  reference: Reference,
  expiresAt: Timestamp,
});

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    CreditsAdded: event({
      ...ofPayment('userId', 'Somebody has more credits: bought, or given.'),
      data: Type.Object({
        userId: Uuid,
        credits: Credits,
        transactionId: Uuid,
        reason: Type.String({ description: 'PURCHASE (its bonus is among them), OPENING, ...' }),
      }),
    }),
    CreditsTakenBack: event({
      ...ofPayment('userId', 'Credits are gone again, since what was paid for them is contested.'),
      data: Type.Object({
        userId: Uuid,
        credits: Credits,
        owed: Type.Integer({
          minimum: 0,
          description: 'What of it was spent already: what comes in pays it first.',
        }),
        transactionId: Uuid,
        reason: Type.String({ description: 'CHARGEBACK.' }),
      }),
    }),
    WithdrawalPaid: event({
      ...ofPayment('userId', 'Money has gone to somebody for credits that they have earned.'),
      data: Type.Object(OfWithdrawal),
    }),
    WithdrawalFailed: event({
      ...ofPayment(
        'userId',
        'Money could not be paid out, or may not be: the credits are in the wallet again.',
      ),
      data: Type.Object({ ...OfWithdrawal, reason: Type.String() }),
    }),
    CreditsHeld: event({
      ...ofPayment('userId', 'Credits are set aside, until they are transferred or given back.'),
      data: Type.Object({ ...OfHold, expiresAt: Type.String({ format: 'date-time' }) }),
    }),
    CreditsReleased: event({
      ...ofPayment('userId', 'What was set aside is available again: asked for, or since it was over.'),
      data: Type.Object({ ...OfHold, reason: Type.Enum(['RELEASED', 'EXPIRED']) }),
    }),
    CreditsTransferred: event({
      ...ofPayment('fromUserId', 'Somebody has paid somebody; the platform has kept its fee.'),
      data: Type.Object({
        fromUserId: Uuid,
        toUserId: Uuid,
        amount: Credits,
        platformFee: Type.Integer({ minimum: 0 }),
        transactionId: Uuid,
        reference: Reference,
      }),
    }),
    SessionCreditsKnown: event({
      ...ofPayment(
        'sessionId',
        'What a session has moved in one wallet, or to the platform, as the row of it says: whoever has moved it tells people by itself.',
      ),
      data: Type.Object({
        sessionId: Uuid,
        part: Type.Enum(['PAYMENT', 'EARNING', 'FEE']),
        userId: Type.Unsafe<string | null>({
          type: ['string', 'null'],
          format: 'uuid',
          description: "Whose wallet; null: it is the platform's.",
        }),
        credits: Type.Integer({ minimum: 0 }),
        movedAt: Type.String({ format: 'date-time' }),
      }),
    }),
    LedgerBroken: event({
      ...ofPayment(
        'account',
        'The books are not right: nothing moves in that wallet until somebody has looked at it.',
      ),
      data: Type.Object({
        account: Type.String({ description: 'Kind and owner.' }),
        violations: Type.Array(
          Type.Object({ invariant: Type.String(), expected: Type.Integer(), found: Type.Integer() }),
        ),
      }),
    }),
  },
  operations: {
    holdCredits: operation({
      service: 'payment',
      method: 'POST',
      path: '/internal/holds',
      body: Type.Object({
        key: Key,
        userId: Uuid,
        credits: Held,
        reference: Type.Optional(Type.String({ maxLength: 200 })),
        expiresAt: Type.String({ format: 'date-time' }),
      }),
      answer: Hold,
      idempotent: true,
    }),
    captureHold: operation({
      service: 'payment',
      method: 'POST',
      path: '/internal/holds/:id/capture',
      params: Id,
      body: Type.Object({
        key: Key,
        toUserId: Uuid,
        credits: Type.Optional({
          ...Credits,
          description: 'A part of it; the rest is given back. Default: all.',
        }),
      }),
      answer: Type.Object({
        transactionId: Uuid,
        amount: Credits,
        platformFee: Type.Integer({ minimum: 0 }),
        providerCredits: Type.Integer({ minimum: 0 }),
      }),
      idempotent: true,
    }),
    releaseHold: operation({
      service: 'payment',
      method: 'POST',
      path: '/internal/holds/:id/release',
      params: Id,
      answer: Hold,
      idempotent: true,
    }),
  },
});
