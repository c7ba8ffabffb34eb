import { CallError, type ServiceClient } from '@banyan/service';
import type { contracts } from '../../../contracts/payment.ts';

/** What is asked of whoever keeps credits. The same is asked again until it is answered, and is done once. */
export type Credits = {
  /** Throws if nobody knows whether it was done. */
  hold(wanted: HoldWanted): Promise<{ is: 'held'; holdId: string } | { is: 'refused'; why: string }>;
  /** Pays a part of what is held, or all, and gives the rest back. False: nothing is held any more. Throws if nobody knows. */
  capture(wanted: { sessionId: string; holdId: string; to: string; credits: number }): Promise<boolean>;
  /** False: it was paid. Throws if nobody knows. */
  release(holdId: string): Promise<boolean>;
};

type HoldWanted = { sessionId: string; userId: string; credits: number; expiresAt: Date };

export type PaymentClient = ServiceClient<(typeof contracts)['operations']>;

/** The payment service. Its keys are made of the session, so that what is asked twice is done once. */
export function creditsOf(payment: PaymentClient): Credits {
  return {
    hold: async ({ sessionId, userId, credits, expiresAt }) => {
      const reference = `session:${sessionId}`;
      try {
        const key = `${reference}:hold`;
        const body = { key, userId, credits, reference, expiresAt: expiresAt.toISOString() };
        return { is: 'held', holdId: (await payment.holdCredits({ body })).id };
      } catch (error) {
        return { is: 'refused', why: refusalIn(error, ['INSUFFICIENT_CREDITS', 'WALLET_STOPPED']) };
      }
    },
    capture: async ({ sessionId, holdId, to, credits }) => {
      const body = { key: `session:${sessionId}:capture`, toUserId: to, credits };
      return await unlessOver(payment.captureHold({ params: { id: holdId }, body }));
    },
    release: async (holdId) => await unlessOver(payment.releaseHold({ params: { id: holdId } })),
  };
}

async function unlessOver(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    refusalIn(error, ['HOLD_ENDED', 'HOLD_EXPIRED', 'HOLD_NOT_FOUND']);
    return false;
  }
}

/** Its code, if it is one of these: nothing was done, and nothing will be. Throws any other error. */
function refusalIn(error: unknown, codes: readonly string[]): string {
  const code = error instanceof CallError ? error.problem?.code : undefined;
  if (code === undefined || !codes.includes(code)) throw error;
  return code;
}
