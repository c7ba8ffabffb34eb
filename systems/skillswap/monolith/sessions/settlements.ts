import { transaction } from '@banyan/monolith';
import type pg from 'pg';
import { settle } from '../credits/wallets.ts';
import { closeUndecided } from './disputes.ts';

type Settlement = {
  sessionId: string;
  providerId: string;
  captured: number;
  /** ms since 1970. */
  at: number;
};

/** Resolves the hold of a session, or writes down what becomes of it as long as somebody may contest it. */
export async function settleAt(client: pg.PoolClient, settlement: Settlement, now: number): Promise<void> {
  const { sessionId, captured, at } = settlement;
  if (at <= now) await settle(client, settlement);
  else
    await client.query('INSERT INTO settlements (session_id, captured, due_at) VALUES ($1, $2, $3)', [
      sessionId,
      captured,
      new Date(at),
    ]);
}

/** Settles what nobody contests any more, and what nobody has decided in time. Returns how many. */
export async function settleDue(pool: pg.Pool, now: number): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT session_id AS id FROM settlements WHERE due_at <= $1 ORDER BY due_at LIMIT 500',
    [new Date(now)],
  );
  let settled = 0;
  for (const { id } of rows)
    await transaction(pool, async (client) => {
      const due = await client.query<Pick<Settlement, 'providerId' | 'captured'> & { isPaid: boolean }>(
        `DELETE FROM settlements USING sessions WHERE session_id = $1 AND due_at <= $2 AND sessions.id = session_id
         RETURNING provider_id AS "providerId", captured,
           EXISTS (SELECT FROM credit_holds WHERE session_id = $1 AND status = 'RESOLVED') AS "isPaid"`,
        [id, new Date(now)],
      );
      // Somebody has contested or decided it since.
      if (!due.rows[0]) return;
      const { isPaid, ...settlement } = due.rows[0];
      // Whoever had the books before may have paid it, and not come to say so.
      if (!isPaid) await settle(client, { sessionId: id, ...settlement });
      await closeUndecided(client, id);
      settled++;
    });
  return settled;
}
