import type { Events } from '@banyan/events';
import { type Db, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { contracts } from '../../../contracts/session.ts';
import { ApiError } from '../../../kit/problems.ts';
import { DISPUTE_DAYS } from '../../../kit/sessions/settlement.ts';
import { takeOver } from '../credits/store.ts';
import { findSession, historyOf, lockSession } from '../sessions/store.ts';
import { isWriterUntilEnd } from '../writer.ts';
import * as store from './store.ts';

type Says = Pick<Events<typeof contracts>, 'publish'>;

const DAY = 86_400_000;

/**
 * Contests what the other one says of a session: its credits are held until that is decided. Throws `SESSION_NOT_FOUND`, and
 * `NOT_CONTESTABLE` when they are paid, given back or not due yet, when it was contested before, and when it is one's own word.
 */
export async function openDispute(
  { pool, events }: { pool: Db; events: Says },
  sessionId: string,
  openedBy: string,
  reason: string,
): Promise<store.DisputeRow> {
  return await withTransaction(pool, async (tx) => {
    const { seekerId, providerId } = await findSession(tx, sessionId, openedBy);
    await hasItsCredits(tx, sessionId);
    const said = (await historyOf(tx, sessionId)).at(-1);
    const decidesAt = new Date(Date.now() + DISPUTE_DAYS * DAY);
    if (said?.actorId === openedBy || !(await store.keepBack(tx, sessionId, decidesAt)))
      throw new ApiError('NOT_CONTESTABLE');
    const dispute = await store.insertDispute(tx, sessionId, { openedBy, reason, decidesAt });
    await events.publish(tx, 'SessionDisputed', {
      ...{ sessionId, seekerId, providerId, openedBy, decidesAt: decidesAt.toISOString() },
    });
    return dispute;
  });
}

/** Says who has the credits. Throws `DISPUTE_NOT_FOUND`, `DISPUTE_DECIDED`. */
export async function decideDispute(
  { pool, events }: { pool: Db; events: Says },
  sessionId: string,
  decision: store.Decision,
): Promise<store.DisputeRow> {
  return await withTransaction(pool, (tx) => decideIn(tx, events, sessionId, decision));
}

/** What nobody has decided in time is decided in favour of who pays, by whoever writes. */
export async function decideOverdue(pool: Db, events: Says, sessionId: string): Promise<void> {
  const decision = { outcome: 'SEEKER', note: null, decidedBy: null } as const;
  await withTransaction(pool, async (tx) => {
    if (await isWriterUntilEnd(tx)) await decideIn(tx, events, sessionId, decision);
  });
}

async function decideIn(
  tx: pg.PoolClient,
  events: Says,
  sessionId: string,
  decision: store.Decision,
): Promise<store.DisputeRow> {
  if (!(await store.findDispute(tx, sessionId))) throw new ApiError('DISPUTE_NOT_FOUND');
  await hasItsCredits(tx, sessionId);
  const decided = await store.decide(tx, sessionId, decision);
  if (!decided) throw new ApiError('DISPUTE_DECIDED');
  const { seekerId, providerId, ...dispute } = decided;
  const { outcome } = decision;
  await events.publish(tx, 'SessionDisputeDecided', { sessionId, seekerId, providerId, outcome });
  return dispute;
}

/** What the monolith has said of them counts here, however short a time ago that was. */
async function hasItsCredits(tx: pg.PoolClient, sessionId: string): Promise<void> {
  await lockSession(tx, sessionId);
  await takeOver(tx, sessionId);
}
