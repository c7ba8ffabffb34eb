import { createHash, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import type { Subscription } from '../channels/push.ts';
import type { UserId } from '../system.ts';

type Executor = pg.Pool | pg.PoolClient;

/** Browsers of one person: the one that was added first makes room. */
const MOST_BROWSERS = 10;

/** A browser as it gave itself; an app on a telephone by its token of FCM, without keys. */
export type Subscribed = { endpoint: string; keys: Subscription['keys'] | null };

/** A browser is of whoever was signed in there last. */
export async function addSubscription(
  tx: pg.PoolClient,
  userId: UserId,
  subscription: Subscribed,
): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO push_subscriptions (user_id, endpoint, keys) VALUES ($1, $2, $3)
     ON CONFLICT (endpoint) DO UPDATE SET user_id = excluded.user_id, keys = excluded.keys RETURNING id`,
    [userId, subscription.endpoint, subscription.keys && JSON.stringify(subscription.keys)],
  );
  await tx.query(
    `DELETE FROM push_subscriptions WHERE id IN (
       SELECT id FROM push_subscriptions WHERE user_id = $1 ORDER BY created_at DESC, id OFFSET $2)`,
    [userId, MOST_BROWSERS],
  );
  return rows[0]!.id;
}

export async function findSubscription(
  db: Executor,
  userId: UserId,
  id: string,
): Promise<Subscribed | undefined> {
  const { rows } = await db.query<Subscribed>(
    'SELECT endpoint, keys FROM push_subscriptions WHERE user_id = $1 AND id::text = $2',
    [userId, id],
  );
  return rows[0];
}

export async function removeSubscription(db: Executor, userId: UserId, id: string): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM push_subscriptions WHERE user_id = $1 AND id::text = $2', [
    userId,
    id,
  ]);
  return rowCount === 1;
}

export type Phone = { number: string; confirmed: boolean };

export async function findPhone(db: Executor, userId: UserId): Promise<Phone | undefined> {
  const { rows } = await db.query<Phone>(
    'SELECT number, confirmed_at IS NOT NULL AS confirmed FROM phones WHERE user_id = $1',
    [userId],
  );
  return rows[0];
}

/** Codes that are asked for in a day, whatever the number: somebody pays for each. */
const MOST_CODES = 5;
const CODE_MINUTES = 10;
const MOST_TRIES = 5;

/** Puts a number in the place of the one before, to be confirmed by the code. False: too many were asked for. */
export async function setPhone(
  tx: Executor,
  userId: UserId,
  { number, code }: { number: string; code: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO phones AS one (user_id, number, code_hash, code_expires_at) VALUES ($1, $2, $3, now() + make_interval(mins => $4))
     ON CONFLICT (user_id) DO UPDATE SET number = excluded.number, confirmed_at = NULL, code_hash = excluded.code_hash,
       code_expires_at = excluded.code_expires_at, tries = 0,
       codes = CASE WHEN one.codes_since > now() - interval '1 day' THEN one.codes + 1 ELSE 1 END,
       codes_since = CASE WHEN one.codes_since > now() - interval '1 day' THEN one.codes_since ELSE now() END
     WHERE one.codes < $5 OR one.codes_since <= now() - interval '1 day'`,
    [userId, number, hashOf(userId, code), CODE_MINUTES, MOST_CODES],
  );
  return rowCount === 1;
}

/** Whether the code is the one that was sent last, and is good still. Each try counts, whatever comes of it. */
export async function confirmPhone(tx: pg.PoolClient, userId: UserId, code: string): Promise<boolean> {
  const { rows } = await tx.query<{ code_hash: string; good: boolean }>(
    `UPDATE phones SET tries = tries + 1 WHERE user_id = $1 AND code_hash IS NOT NULL
     RETURNING code_hash, code_expires_at > now() AND tries <= $2 AS good`,
    [userId, MOST_TRIES],
  );
  const [kept] = rows;
  const given = Buffer.from(hashOf(userId, code));
  if (!kept?.good || !timingSafeEqual(Buffer.from(kept.code_hash), given)) return false;
  await tx.query('UPDATE phones SET confirmed_at = now(), code_hash = NULL WHERE user_id = $1', [userId]);
  return true;
}

/** The count of its codes stays: a number that is removed and set again gets no more of them. */
export async function removePhone(db: Executor, userId: UserId): Promise<void> {
  await db.query(`UPDATE phones SET number = '', confirmed_at = NULL, code_hash = NULL WHERE user_id = $1`, [
    userId,
  ]);
}

function hashOf(userId: UserId, code: string): string {
  return createHash('sha256').update(`${userId}:${code}`).digest('hex');
}
