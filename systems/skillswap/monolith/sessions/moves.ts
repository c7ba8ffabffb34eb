import { transaction } from '@banyan/monolith';
import type pg from 'pg';
import { ApiError } from '../../kit/problems.ts';
import { roomUrl } from '../../kit/sessions/rooms.ts';
import { settlementOf } from '../../kit/sessions/settlement.ts';
import {
  type Actor,
  CLOSED_AFTER_HOURS,
  closingAction,
  moved,
  type SessionAction,
  type SessionState,
} from '../../kit/sessions/transitions.ts';
import { notify } from '../notify.ts';
import { ofSession } from '../words.ts';
import { settleAt } from './settlements.ts';

type SessionRow = {
  id: string;
  seekerId: string;
  providerId: string;
  state: SessionState;
  startsAt: Date;
  endsAt: Date;
  credits: number;
};

export type Move = {
  sessionId: string;
  action: SessionAction;
  /** Null: the clock. */
  actorId: string | null;
  now: number;
  note?: string | undefined;
};

/** Moves a session, and its credits with it. Throws `SESSION_NOT_FOUND` to who has no part in it, and why it may not be moved. */
export async function move(pool: pg.Pool, { sessionId, action, actorId, now, note }: Move): Promise<void> {
  await transaction(pool, async (client) => {
    const session = await lockSession(client, sessionId);
    const actor = actorOf(session, actorId);
    const times = { startsAt: session.startsAt.getTime(), endsAt: session.endsAt.getTime() };
    const result = moved({ state: session.state, ...times }, action, actor, now);
    if ('refused' in result) throw new ApiError(result.refused);
    const { to } = result;
    await client.query(
      `UPDATE sessions SET state = $2, cancel_reason = coalesce($3, cancel_reason), room_url = coalesce($4, room_url),
         updated_at = now(), version = version + 1 WHERE id = $1`,
      [
        sessionId,
        to,
        to === 'CANCELLED' ? (note ?? action) : null,
        to === 'SCHEDULED' ? roomUrl(sessionId) : null,
      ],
    );
    await addToHistory(client, { sessionId, from: session.state, to, actorId, note });
    const settlement = settlementOf({ action, actor, session: { ...session, ...times }, now });
    if (settlement) await settleAt(client, { sessionId, providerId: session.providerId, ...settlement }, now);
    for (const userId of [session.seekerId, session.providerId].filter((one) => one !== actorId))
      await notify(client, userId, `session_${to.toLowerCase()}`, ofSession(to, session.startsAt));
  });
}

/** Closes the sessions that nobody answered, began or ended in time. Returns how many. */
export async function closeOverdue(pool: pg.Pool, now: number): Promise<number> {
  const { rows } = await pool.query<{ id: string; state: SessionState }>(
    `SELECT id, state FROM sessions WHERE state = 'REQUESTED' AND starts_at <= $1
     UNION ALL
     SELECT id, state FROM sessions WHERE state IN ('ACCEPTED', 'SCHEDULED', 'IN_PROGRESS') AND ends_at <= $2
     LIMIT 500`,
    [new Date(now), new Date(now - CLOSED_AFTER_HOURS * 3_600_000)],
  );
  let closed = 0;
  for (const { id, state } of rows) {
    await move(pool, { sessionId: id, action: closingAction(state), actorId: null, now }).then(
      () => closed++,
      (error: unknown) => {
        // Somebody has moved it since.
        if (!(error instanceof ApiError)) throw error;
      },
    );
  }
  return closed;
}

export async function addToHistory(
  client: pg.PoolClient,
  entry: {
    sessionId: string;
    from: SessionState | null;
    to: SessionState;
    actorId: string | null;
    note?: string | undefined;
  },
): Promise<void> {
  const { sessionId, from, to, actorId, note = null } = entry;
  await client.query(
    'INSERT INTO session_history (session_id, from_state, to_state, actor_id, note) VALUES ($1, $2, $3, $4, $5)',
    [sessionId, from, to, actorId, note],
  );
}

async function lockSession(client: pg.PoolClient, id: string): Promise<SessionRow> {
  const { rows } = await client.query<SessionRow>(
    `SELECT id, seeker_id AS "seekerId", provider_id AS "providerId", state, starts_at AS "startsAt",
       ends_at AS "endsAt", credits FROM sessions WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  );
  if (!rows[0]) throw new ApiError('SESSION_NOT_FOUND');
  return rows[0];
}

function actorOf({ seekerId, providerId }: SessionRow, actorId: string | null): Actor {
  if (actorId === null) return 'clock';
  if (actorId === seekerId) return 'seeker';
  if (actorId === providerId) return 'provider';
  throw new ApiError('SESSION_NOT_FOUND');
}
