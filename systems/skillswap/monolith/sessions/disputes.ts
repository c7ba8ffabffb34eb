import { transaction } from '@banyan/monolith';
import type pg from 'pg';
import type { Static } from 'typebox';
import type { Dispute, DisputeOutcome } from '../../api/sessions.ts';
import { ApiError } from '../../kit/problems.ts';
import { DISPUTE_DAYS } from '../../kit/sessions/settlement.ts';
import { settle } from '../credits/wallets.ts';
import { notify } from '../notify.ts';
import { ofDecision, ofDispute } from '../words.ts';

type DisputeRow = Static<typeof Dispute>;
type Parties = { id: string; seekerId: string; providerId: string };

const DAY = 86_400_000;

/**
 * Contests what the other one says of a session: its credits are held until that is decided, and are the seeker's if it is not in time. Throws
 * `NOT_CONTESTABLE` when there are none, when they are paid, given back or not due yet, when it was contested before, and when it is one's own word.
 */
export async function openDispute(
  pool: pg.Pool,
  session: Parties,
  { openedBy, reason, now }: { openedBy: string; reason: string; now: number },
): Promise<DisputeRow> {
  return await transaction(pool, async (client) => {
    const decidesAt = new Date(now + DISPUTE_DAYS * DAY);
    const { rowCount } = await client.query(
      `UPDATE settlements SET captured = 0, due_at = $3 FROM sessions
       WHERE session_id = $1 AND sessions.id = session_id AND credits > 0 AND due_at > $2
         AND NOT EXISTS (SELECT 1 FROM disputes WHERE session_id = $1)
         AND (SELECT actor_id FROM session_history WHERE session_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1)
           IS DISTINCT FROM $4`,
      [session.id, new Date(now), decidesAt, openedBy],
    );
    if (!rowCount) throw new ApiError('NOT_CONTESTABLE');
    const { rows } = await client.query<DisputeRow>(
      `INSERT INTO disputes (session_id, opened_by, reason, decides_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING ${DISPUTE}`,
      [session.id, openedBy, reason, decidesAt],
    );
    // Somebody else has at the same moment: it was not there yet for who looked above.
    if (!rows[0]) throw new ApiError('NOT_CONTESTABLE');
    for (const userId of [session.seekerId, session.providerId].filter((one) => one !== openedBy))
      await notify(client, userId, 'session_disputed', ofDispute);
    return rows[0];
  });
}

type Decision = { outcome: DisputeOutcome; note: string | null; decidedBy: string };

/** Says who has the credits, who have them at once. Throws `DISPUTE_NOT_FOUND`, `DISPUTE_DECIDED`. */
export async function decideDispute(
  pool: pg.Pool,
  sessionId: string,
  decision: Decision,
): Promise<DisputeRow> {
  return await transaction(pool, async (client) => {
    const decided = await decide(client, sessionId, decision);
    if (!decided)
      throw new ApiError((await findDispute(client, sessionId)) ? 'DISPUTE_DECIDED' : 'DISPUTE_NOT_FOUND');
    const { rows } = await client.query<{ providerId: string; credits: number }>(
      `DELETE FROM settlements USING sessions WHERE session_id = $1 AND sessions.id = session_id
       RETURNING provider_id AS "providerId", credits`,
      [sessionId],
    );
    const { providerId, credits } = rows[0]!;
    await settle(client, { sessionId, providerId, captured: CAPTURED[decision.outcome](credits) });
    return decided;
  });
}

/** What nobody has decided in time was decided in favour of who pays. */
export async function closeUndecided(client: pg.PoolClient, sessionId: string): Promise<void> {
  await decide(client, sessionId, { outcome: 'SEEKER', note: null, decidedBy: null });
}

export async function findDispute(
  db: pg.Pool | pg.PoolClient,
  sessionId: string,
): Promise<DisputeRow | undefined> {
  const { rows } = await db.query<DisputeRow>(`SELECT ${DISPUTE} FROM disputes WHERE session_id = $1`, [
    sessionId,
  ]);
  return rows[0];
}

const DISPUTE = `session_id AS "sessionId", opened_by AS "openedBy", reason, opened_at AS "openedAt", decides_at AS "decidesAt",
  outcome, note, decided_at AS "decidedAt"`;

/** What the provider has of so many credits, before the fee; of an odd number the seeker keeps the odd one. */
const CAPTURED: Record<DisputeOutcome, (credits: number) => number> = {
  SEEKER: () => 0,
  PROVIDER: (credits) => credits,
  SPLIT: (credits) => Math.floor(credits / 2),
};

/** Undefined: there is nothing to decide. */
async function decide(
  client: pg.PoolClient,
  sessionId: string,
  { outcome, note, decidedBy }: Omit<Decision, 'decidedBy'> & { decidedBy: string | null },
): Promise<DisputeRow | undefined> {
  const { rows } = await client.query<DisputeRow>(
    `UPDATE disputes SET outcome = $2, note = $3, decided_by = $4, decided_at = now()
     WHERE session_id = $1 AND outcome IS NULL RETURNING ${DISPUTE}`,
    [sessionId, outcome, note, decidedBy],
  );
  if (!rows[0]) return undefined;
  const parties = await client.query<{ userId: string }>(
    'SELECT unnest(ARRAY[seeker_id, provider_id]) AS "userId" FROM sessions WHERE id = $1',
    [sessionId],
  );
  for (const { userId } of parties.rows) await notify(client, userId, 'session_decided', ofDecision(outcome));
  return rows[0];
}
