import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import {
  growingPauses,
  type Leased,
  leasedQueue,
  type PartHost,
  pauseAfterAttempt,
  type ServicePart,
} from '@banyan/service';
import { type Static, Type } from 'typebox';
import type { contracts } from '../../../contracts/session.ts';
import { decideOverdue } from '../disputes/decide.ts';
import { isWriter, isWriterUntilEnd } from '../writer.ts';
import { type Credits, creditsOf, type PaymentClient } from './payment.ts';
import * as store from './store.ts';

const CreditsConfig = Type.Object({
  /** How long until a process looks again whether credits are to be settled, ms. */
  CREDITS_LOOK_MS: Type.Integer({ minimum: 10, default: 1_000 }),
  /** The first pause after payment did not answer; then ever longer, up to five minutes. */
  CREDITS_AGAIN_MS: Type.Integer({ minimum: 1, default: 1_000 }),
});

export type SessionCreditsPart = {
  credits: Credits;
  /** Looks now whether something is to be settled. */
  wake(): void;
};

const MOST_AT_ONCE = 8;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Carries out what has been said of the credits of sessions: pays them, gives them back, undoes bookings that were left. Payment is asked
 * until it answers, whatever dies or is away meanwhile, by keys that make it do each thing once.
 */
export const settling: ServicePart<SessionCreditsPart, typeof CreditsConfig> = {
  config: CreditsConfig,
  async start(host) {
    const credits = creditsOf(host.provided.payment as PaymentClient);
    const again = pausesFrom(host.config);
    const queue = leasedQueue(host, 'settle credits', {
      most: MOST_AT_ONCE,
      everyMs: host.config.CREDITS_LOOK_MS,
      lease: async (most, inHand) =>
        (await isWriter(host.pool)) ? await store.creditRows.lease(host.pool, most, inHand) : [],
      handle: async (row) => {
        try {
          await handle(host, credits, row);
        } catch (error) {
          await store.creditRows.release(host.pool, row, again(row.attempt));
          const { sessionId, state, attempt } = row;
          host.log.warn({ err: error, sessionId, state, attempt }, 'credits are not settled yet');
        }
      },
    });
    return { provided: { credits, wake: queue.wake }, open: queue.open, close: queue.close };
  },
};

type Row = Leased<store.SessionCredits>;
type Host = PartHost<Static<typeof CreditsConfig>>;

async function handle(host: Host, credits: Credits, row: Row): Promise<void> {
  const { pool } = host;
  const events = host.provided.events as Events<typeof contracts>;
  switch (row.state) {
    case 'ASKED':
      // Whoever asked has died, or waits no longer.
      return await withTransaction(pool, async (tx) => {
        if (await isWriterUntilEnd(tx)) await store.undo(tx, row.sessionId, { nothingIsHeld: false });
      });
    case 'UNDOING':
      await giveBack(credits, row);
      return await store.forget(pool, row.sessionId);
    case 'DISPUTED':
      return await decideOverdue(pool, events, row.sessionId);
    default: {
      const isDone = !(await store.isToSettle(pool, row.sessionId)) || (await settle(credits, row));
      await withTransaction(pool, async (tx) => {
        // What is paid is not said to be: whoever writes then finds that nothing is held any more.
        if (!(await isWriterUntilEnd(tx))) return;
        if (!(await store.finish(tx, row, isDone ? 'SETTLED' : 'LOST')) || isDone) return;
        const { sessionId, seekerId, providerId, captured } = row;
        await events.publish(tx, 'SessionCreditsLost', {
          sessionId,
          seekerId,
          providerId,
          credits: captured!,
        });
        host.log.error({ sessionId, credits: captured }, 'what was held for a session is not there any more');
      });
    }
  }
}

/** False: nothing is held any more. */
async function settle(credits: Credits, row: Row): Promise<boolean> {
  const { sessionId, holdId, captured, providerId: to } = row;
  // It costs nothing.
  if (holdId === null) return true;
  if (captured === 0) return await credits.release(holdId);
  return await credits.capture({ sessionId, holdId, to, credits: captured! });
}

/** Nobody knows whether credits are held: asked once more by the same key, payment says which they are. */
async function giveBack(credits: Credits, row: Row): Promise<void> {
  const { sessionId, seekerId: userId, amount, expiresAt } = row;
  if (amount === 0) return;
  const answer = await credits.hold({ sessionId, userId, credits: amount, expiresAt });
  if (answer.is === 'held') await credits.release(answer.holdId);
}

/** ms until it is asked again, after so many attempts. */
function pausesFrom({
  CREDITS_AGAIN_MS: firstMs,
}: Static<typeof CreditsConfig>): (attempt: number) => number {
  const pausesMs = growingPauses({ count: 20, firstMs, factor: 2, longestMs: LONGEST_PAUSE_MS });
  return (attempt) =>
    pauseAfterAttempt({ pausesMs, jitter: 0.2 }, { attempt, chance: Math.random() }) ?? LONGEST_PAUSE_MS;
}
