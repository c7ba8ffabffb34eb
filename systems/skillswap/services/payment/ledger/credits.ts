import type { Events } from '@banyan/events';
import type pg from 'pg';
import type { contracts } from '../../../contracts/payment.ts';
import { type CaptureRequest, type HoldRequest, toCapture, toHold, toRelease } from './commands.ts';
import type { Hold } from './decide.ts';
import * as ledger from './ledger.ts';
import type { Together } from './together.ts';

export type Says = Events<typeof contracts>;

type Transferred = { id: string; from: string; amount: number; fee: number; provider: number };

/**
 * What moves credits between people. Each thing once for its key; what waits at the same time is done together. A hold is asked for by a request that the
 * gateway knows of, so that a step waits for it; what ends one comes of queues, which know of no step.
 */
export type Credits = {
  /** Sets credits aside, and tells of it. Throws what `toHold` says. */
  hold(request: HoldRequest): Promise<Hold>;
  /** Pays what was set aside, or a part of it, and tells of it. Throws what `toCapture` says, and `NOT_WRITER`. */
  transfer(request: CaptureRequest): Promise<Transferred>;
  /** Gives back what was set aside, and tells of it. Again is no error. Throws what `toRelease` says, and `NOT_WRITER`. */
  release(holdId: string, reason?: 'RELEASED' | 'EXPIRED'): Promise<Hold>;
};

export function creditsBy(together: Together, events: Says): Credits {
  return {
    async hold(request) {
      const { hold } = await together(toHold(request), async (tx, { hold }) => {
        const { expiresAt, ...held } = hold!;
        if (isNews(held))
          await events.publish(tx, 'CreditsHeld', { ...told(held), expiresAt: expiresAt.toISOString() });
      });
      return hold!;
    },

    async transfer(request) {
      const tell = async (tx: pg.PoolClient, done: ledger.Done) => {
        const { id: transactionId, from, amount, fee } = transferred(done);
        await events.publish(tx, 'CreditsTransferred', {
          ...{ fromUserId: from, toUserId: request.to, amount, platformFee: fee, transactionId },
          reference: done.hold!.reference,
        });
      };
      return transferred(await together(toCapture(request), tell, 'writer'));
    },

    async release(holdId, reason = 'RELEASED') {
      const tell = async (tx: pg.PoolClient, { hold }: ledger.Done) => {
        if (isNews(hold!)) await events.publish(tx, 'CreditsReleased', { ...told(hold!), reason });
      };
      const { hold } = await together(toRelease(holdId, reason), tell, 'writer');
      return hold!;
    },
  };
}

function transferred({ id, lines, hold }: ledger.Done): Transferred {
  const fee = lines.find(({ kind }) => kind === 'FEES')?.amount ?? 0;
  const { captured: amount, owner: from } = hold!;
  return { id, from, amount, fee, provider: amount - fee };
}

/** Makes the credits of a purchase in somebody's wallet, what was bought and the bonus, in a transaction of the ledger, and tells of all of it once. */
export async function addCredits(
  tx: pg.PoolClient,
  events: Says,
  added: {
    key: string;
    owner: string;
    bought: number;
    bonus: number;
    kind: string;
    /** What the posting of the bonus is, if not the same. */
    bonusKind?: string;
    reference: string;
  },
): Promise<void> {
  const { key, owner, bought, bonus, kind, bonusKind = kind, reference } = added;
  const post = async (how: { key: string; kind: string; from: 'ISSUED' | 'PROMOTIONS'; credits: number }) =>
    await ledger.post(tx, {
      ...{ key: how.key, kind: how.kind, reference },
      lines: [
        { kind: how.from, owner: ledger.platformAccount(), amount: -how.credits },
        { kind: 'WALLET', owner, amount: how.credits },
      ],
    });
  const { id: transactionId, replayed } = await post({ key, kind, from: 'ISSUED', credits: bought });
  if (bonus > 0) await post({ key: `${key}:bonus`, kind: bonusKind, from: 'PROMOTIONS', credits: bonus });
  if (replayed) return;
  const told = { userId: owner, credits: bought + bonus, transactionId, reason: kind };
  await events.publish(tx, 'CreditsAdded', told);
}

/** Of what costs nothing nobody is told. */
function isNews({ amount }: Pick<Hold, 'amount'>): boolean {
  return amount > 0;
}

function told({ id, owner, amount, reference }: Pick<Hold, 'id' | 'owner' | 'amount' | 'reference'>) {
  return { userId: owner, holdId: id, credits: amount, reference };
}
