import { lookSoon } from '@banyan/calendars';
import type { Events } from '@banyan/events';
import { type Db, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { contracts } from '../../../contracts/session.ts';
import { ApiError } from '../../../kit/problems.ts';
import { roomUrl } from '../../../kit/sessions/rooms.ts';
import { settlementOf } from '../../../kit/sessions/settlement.ts';
import {
  type Actor,
  closingAction,
  moved,
  type SessionAction,
  type SessionState,
} from '../../../kit/sessions/transitions.ts';
import { addToHistory } from '../booking/store.ts';
import { listUntaken, makeDue, takeOver } from '../credits/store.ts';
import { forgetReminders, remind } from '../reminders/store.ts';
import { closeRoom } from '../rooms/store.ts';
import { isWriterUntilEnd } from '../writer.ts';
import * as store from './store.ts';

export type MovingHost = {
  pool: Db;
  events: Pick<Events<typeof contracts>, 'publish'>;
  /** Looks now whether credits are to be settled. */
  wake(): void;
};

export type Move = {
  sessionId: string;
  action: SessionAction;
  /** Null: the clock. */
  actorId: string | null;
  now: number;
  note?: string | undefined;
};

/**
 * Moves a session, says what becomes of its credits, and tells of it, all or nothing. Throws `SESSION_NOT_FOUND` to who has no part in it, and
 * why it may not be moved.
 */
export async function move({ pool, events, wake }: MovingHost, asked: Move): Promise<void> {
  const { sessionId, action, actorId, now, note } = asked;
  const isDue = await withTransaction(pool, async (tx) => {
    // Of what people ask the gateway knows, and a step waits for it.
    if (actorId === null && !(await isWriterUntilEnd(tx))) return false;
    const session = await store.lockSession(tx, sessionId);
    const actor = actorOf(session, actorId);
    const times = { startsAt: session.startsAt.getTime(), endsAt: session.endsAt.getTime() };
    const result = moved({ state: session.state, ...times }, action, actor, now);
    if ('refused' in result) throw new ApiError(result.refused);
    const { to } = result;
    await store.setState(tx, sessionId, {
      to,
      cancelReason: to === 'CANCELLED' ? (note ?? action) : null,
      roomUrl: to === 'SCHEDULED' ? roomUrl(sessionId) : null,
    });
    await addToHistory(tx, { sessionId, from: session.state, to, actorId, note });
    const settlement = settlementOf({ action, actor, session: { ...session, ...times }, now });
    if (settlement) {
      await takeOver(tx, sessionId);
      await makeDue(tx, sessionId, { captured: settlement.captured, afterMs: settlement.at - now });
      await closeRoom(tx, sessionId);
    }
    if (to === 'ACCEPTED') await remind(tx, sessionId, session.startsAt, now);
    else if (to !== 'SCHEDULED') await forgetReminders(tx, sessionId);
    await lookSoon(tx, session.seekerId, session.providerId);
    await tell(tx, events, { session, to, action, actorId, providerCredits: settlement?.captured ?? 0 });
    return settlement !== null;
  });
  if (isDue) wake();
}

const AT_ONCE = 500;

/** Closes the sessions that nobody answered, began or ended in time. True: there are more. */
export async function closeOverdue(host: MovingHost, now: number): Promise<boolean> {
  const overdue = await store.listOverdue(host.pool, now, AT_ONCE);
  for (const { id: sessionId, state } of overdue)
    await move(host, { sessionId, action: closingAction(state), actorId: null, now }).catch(unlessMoved);
  return overdue.length === AT_ONCE;
}

/** Goes on with what the monolith has said of the credits of sessions. True: there are more. */
export async function takeOverSettlements({ pool, wake }: MovingHost): Promise<boolean> {
  const untaken = await listUntaken(pool, AT_ONCE);
  for (const sessionId of untaken)
    await withTransaction(pool, async (tx) => {
      await store.lockSession(tx, sessionId);
      await takeOver(tx, sessionId);
    });
  if (untaken.length > 0) wake();
  return untaken.length === AT_ONCE;
}

/** Somebody has moved it since. */
function unlessMoved(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
}

/** The part that somebody has in a session. Throws `SESSION_NOT_FOUND`. */
export function actorOf(
  { seekerId, providerId }: { seekerId: string; providerId: string },
  actorId: string | null,
): Actor {
  if (actorId === null) return 'clock';
  if (actorId === seekerId) return 'seeker';
  if (actorId === providerId) return 'provider';
  throw new ApiError('SESSION_NOT_FOUND');
}

const TOLD = {
  ACCEPTED: 'SessionAccepted',
  DECLINED: 'SessionDeclined',
  SCHEDULED: 'SessionScheduled',
  IN_PROGRESS: 'SessionStarted',
  COMPLETED: 'SessionCompleted',
} as const satisfies Partial<Record<SessionState, keyof (typeof contracts)['events']>>;

type Step = {
  session: store.LockedSession;
  to: SessionState;
  action: SessionAction;
  actorId: string | null;
  providerCredits: number;
};

async function tell(
  tx: pg.PoolClient,
  events: MovingHost['events'],
  { session, to, action, actorId, providerCredits }: Step,
): Promise<void> {
  const { id: sessionId, state: _state, startsAt, endsAt, ...of } = session;
  const data = {
    ...{ sessionId, ...of, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
    ...(actorId !== null && { actorId }),
  };
  if (to === 'CANCELLED') {
    const how = action as 'cancel' | 'noShow' | 'expire' | 'lapse';
    await events.publish(tx, 'SessionCancelled', { ...data, how, providerCredits });
  } else if (to !== 'REQUESTED') await events.publish(tx, TOLD[to], data);
}
