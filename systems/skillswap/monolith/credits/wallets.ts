import type pg from 'pg';
import { divided } from '../../kit/credits/prices.ts';
import { ApiError } from '../../kit/problems.ts';

/*
 * All that moves credits. Each function runs in a transaction of its caller's and locks the wallets that it changes, several in the order of their
 * ids, so that opposite transfers do not wait for each other. What it adds to balances is what it adds to transactions.
 */

/** Sets credits aside for a session. Throws `INSUFFICIENT_CREDITS`. */
export async function hold(
  client: pg.PoolClient,
  {
    userId,
    sessionId,
    amount,
    expiresAt,
  }: { userId: string; sessionId: string; amount: number; expiresAt: Date },
): Promise<void> {
  const { rowCount } = await client.query(
    'UPDATE wallets SET held = held + $2, updated_at = now() WHERE user_id = $1 AND balance - held >= $2',
    [userId, amount],
  );
  if (!rowCount) throw new ApiError('INSUFFICIENT_CREDITS');
  await client.query(
    'INSERT INTO credit_holds (user_id, session_id, amount, expires_at) VALUES ($1, $2, $3, $4)',
    [userId, sessionId, amount, expiresAt],
  );
}

/** Resolves the hold of a session, once: `captured` of it goes to the provider less the fee, the rest is the seeker's again. */
export async function settle(
  client: pg.PoolClient,
  { sessionId, providerId, captured }: { sessionId: string; providerId: string; captured: number },
): Promise<void> {
  const { rows } = await client.query<{ seekerId: string; amount: number }>(
    `UPDATE credit_holds SET status = 'RESOLVED', captured = $2, resolved_at = now()
     WHERE session_id = $1 AND status = 'HELD' RETURNING user_id AS "seekerId", amount`,
    [sessionId, captured],
  );
  if (!rows[0]) {
    const { rowCount } = await client.query('SELECT FROM credit_holds WHERE session_id = $1', [sessionId]);
    // What costs nothing needs none.
    if (rowCount === 0 && captured === 0) return;
    throw new Error(`The hold of session ${sessionId} is resolved already`);
  }
  const { seekerId, amount } = rows[0];
  const { fee, provider } = divided(captured);
  await client.query('SELECT 1 FROM wallets WHERE user_id = ANY ($1) ORDER BY user_id FOR UPDATE', [
    [seekerId, providerId],
  ]);
  await client.query(
    'UPDATE wallets SET held = held - $2, balance = balance - $3, updated_at = now() WHERE user_id = $1',
    [seekerId, amount, captured],
  );
  if (captured === 0) return;
  await client.query('UPDATE wallets SET balance = balance + $2, updated_at = now() WHERE user_id = $1', [
    providerId,
    provider,
  ]);
  await client.query(
    `INSERT INTO transactions (user_id, type, status, credits, session_id)
     VALUES ($1, 'SESSION_PAYMENT', 'COMPLETED', $2, $7), ($3, 'SESSION_EARNING', 'COMPLETED', $4, $7),
       ($5, 'PLATFORM_FEE', 'COMPLETED', $6, $7)`,
    [seekerId, -captured, providerId, provider, null, fee, sessionId],
  );
}

/** Takes credits out of a wallet. Throws `INSUFFICIENT_CREDITS`. */
export async function takeOut(client: pg.PoolClient, userId: string, credits: number): Promise<void> {
  const { rowCount } = await client.query(
    'UPDATE wallets SET balance = balance - $2, updated_at = now() WHERE user_id = $1 AND balance - held >= $2',
    [userId, credits],
  );
  if (!rowCount) throw new ApiError('INSUFFICIENT_CREDITS');
}

export async function putIn(client: pg.PoolClient, userId: string, credits: number): Promise<void> {
  await client.query('UPDATE wallets SET balance = balance + $2, updated_at = now() WHERE user_id = $1', [
    userId,
    credits,
  ]);
}

export async function balanceOf(
  db: pg.Pool | pg.PoolClient,
  userId: string,
): Promise<{ balance: number; held: number; available: number }> {
  const { rows } = await db.query(
    'SELECT balance, held, balance - held AS available FROM wallets WHERE user_id = $1',
    [userId],
  );
  return rows[0] ?? { balance: 0, held: 0, available: 0 };
}
