import { type Db, prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { Currency } from '../../../kit/credits/prices.ts';
import type { ProviderName } from './provider.ts';

type Tx = pg.PoolClient;

export type Purchase = {
  id: string;
  userId: string;
  provider: ProviderName;
  method: string;
  amount: number;
  currency: Currency;
  bought: number;
  bonus: number;
  state: 'CREATED' | 'ACTION' | 'PROCESSING' | 'PAID' | 'FAILED';
  reason: string | null;
  paymentId: string | null;
  chargeId: string | null;
  clientSecret: string | null;
  actionUrl: string | null;
  createdAt: Date;
  paidAt: Date | null;
  /** Since when it is certain that the monolith begins nothing of it any more; null: it never could. */
  leftOpenAt: Date | null;
};

/** As SQL names them; also what a lease of one gives. */
export const COLUMNS = `id, user_id AS "userId", provider, method, amount, currency, bought, bonus, state, reason,
  payment_id AS "paymentId", charge_id AS "chargeId", client_secret AS "clientSecret", action_url AS "actionUrl",
  created_at AS "createdAt", paid_at AS "paidAt",
  CASE left_open_at WHEN 'infinity' THEN now() ELSE left_open_at END AS "leftOpenAt"`;

export type NewPurchase = Pick<
  Purchase,
  'id' | 'userId' | 'provider' | 'method' | 'amount' | 'currency' | 'bought' | 'bonus'
> & { key: string };

/** Writes a purchase down; the queue looks at it from then on, unless whoever asked for it is quicker. Undefined: the key was used before. */
export async function insertPurchase(
  tx: Tx,
  purchase: NewPurchase,
  dueMs: number,
): Promise<Purchase | undefined> {
  const { id, userId, key, provider, method, amount, currency, bought, bonus } = purchase;
  const { rows } = await tx.query<Purchase>(
    `WITH written AS (
       INSERT INTO purchases (id, user_id, key, provider, method, amount, currency, bought, bonus, due_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10))
       ON CONFLICT (user_id, key) DO NOTHING RETURNING *
     ), shown AS (
       INSERT INTO transactions (id, user_id, type, status, credits, amount, currency, payment_method_id, idempotency_key)
       SELECT id, user_id, 'PURCHASE', 'PENDING', bought + bonus, amount, currency, method, key FROM written
     )
     SELECT ${COLUMNS} FROM written`,
    [id, userId, key, provider, method, amount, currency, bought, bonus, dueMs / 1_000],
  );
  return rows[0];
}

/**
 * What the monolith has written down of purchases is gone on with as if it had been written down here, but for what it may have charged (`leftOpenAt`): all that
 * are open, or all that have this key. One that it has ended meanwhile is over here too.
 */
export async function takeOver(db: Db | Tx, of: 'open' | { userId: string; key: string }): Promise<void> {
  const [which, its, values] =
    of === 'open'
      ? [`status = 'PENDING'`, 'true', []]
      : ['user_id = $1 AND idempotency_key = $2', 'user_id = $1 AND key = $2', [of.userId, of.key]];
  await db.query(
    prepared(
      `WITH back AS (
         UPDATE purchases SET left_open_at = now(), due_at = now(), leased_until = NULL, attempts = 0
         WHERE left_open_at = 'infinity' AND ${its} AND ${OPEN}
       )
       INSERT INTO purchases (id, user_id, key, provider, method, amount, currency, bought, bonus, state, paid_at, created_at, due_at, left_open_at)
       SELECT id, user_id, idempotency_key, 'stripe', payment_method_id, amount, currency, credits, 0,
         CASE status WHEN 'COMPLETED' THEN 'PAID' WHEN 'FAILED' THEN 'FAILED' ELSE 'CREATED' END,
         CASE status WHEN 'COMPLETED' THEN updated_at END, created_at,
         CASE status WHEN 'PENDING' THEN now() END, CASE status WHEN 'PENDING' THEN now() END
       FROM transactions WHERE type = 'PURCHASE' AND ${which}
         AND num_nulls(user_id, idempotency_key, payment_method_id, amount, currency) = 0
       ON CONFLICT DO NOTHING`,
      values,
    ),
  );
}

/** The monolith writes: it goes on with what is open for so long, and what was begun of it here is ended soon. */
export async function leaveOpen(db: Db, ageMs: number): Promise<void> {
  await db.query(
    prepared(
      `UPDATE purchases SET left_open_at = 'infinity', due_at = now()
       WHERE ${OPEN} AND left_open_at IS DISTINCT FROM 'infinity' AND created_at < now() - make_interval(secs => $1)`,
      [ageMs / 1_000],
    ),
  );
}

const OPEN = `state IN ('CREATED', 'ACTION', 'PROCESSING')`;

/** What the monolith has ended while it wrote is over here; what was begun of it here is looked at first. */
export async function noteEnded(db: Db): Promise<void> {
  await db.query(
    prepared(
      `WITH ended AS (
         SELECT purchases.id FROM purchases JOIN transactions USING (id)
         WHERE ${OPEN} AND status <> 'PENDING' AND purchases.payment_id IS NOT NULL
       )
       UPDATE purchases SET due_at = now() FROM ended WHERE purchases.id = ended.id AND due_at > now()`,
      [],
    ),
  );
  await db.query(prepared(`${END_AS_SHOWN} AND purchases.payment_id IS NULL`, []));
}

const END_AS_SHOWN = `
  UPDATE purchases SET state = CASE status WHEN 'COMPLETED' THEN 'PAID' ELSE 'FAILED' END, payment_id = NULL,
    charge_id = transactions.payment_id, paid_at = CASE status WHEN 'COMPLETED' THEN updated_at END, due_at = NULL
  FROM transactions WHERE transactions.id = purchases.id AND status <> 'PENDING' AND ${OPEN}`;

/** As the monolith has ended it. */
export async function endAsShown(db: Db, id: string): Promise<void> {
  await db.query(`${END_AS_SHOWN} AND purchases.id = $1`, [id]);
}

/** Whether the monolith has ended it while it wrote. */
export async function isEndedElsewhere(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    prepared(
      `SELECT FROM purchases JOIN transactions USING (id) WHERE purchases.id = $1 AND ${OPEN} AND status <> 'PENDING'`,
      [id],
    ),
  );
  return rowCount === 1;
}

/** It is known that nobody was charged for it by the monolith, or by which payment. */
export async function goOn(db: Db, id: string, paymentId: string | null): Promise<void> {
  await db.query(
    'UPDATE purchases SET left_open_at = NULL, payment_id = coalesce($2, payment_id) WHERE id = $1',
    [id, paymentId],
  );
}

/** Nothing is done with it until somebody has looked at it. False: so it is already. */
export async function keepForReview(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE purchases SET state = 'PROCESSING', reason = '${REVIEWED}', due_at = NULL
     WHERE id = $1 AND ${OPEN} AND reason IS DISTINCT FROM '${REVIEWED}'`,
    [id],
  );
  return rowCount === 1;
}

/** The reason of those that somebody has to look at. */
export const REVIEWED = 'review';

/**
 * Somebody has found the payment: it is looked at now. Without one, as they say: it was charged, or it never was. Null: it does not wait for anybody.
 */
export async function endReview(
  tx: Tx,
  id: string,
  { paymentId }: { paymentId: string | null },
): Promise<Purchase | null> {
  const { rows } = await tx.query<Purchase>(
    `UPDATE purchases SET reason = NULL, left_open_at = NULL, payment_id = coalesce($2, payment_id), due_at = now()
     WHERE id = $1 AND ${OPEN} AND reason = '${REVIEWED}' RETURNING ${COLUMNS}`,
    [id, paymentId],
  );
  return rows[0] ?? null;
}

export async function findByKey(db: Db | Tx, userId: string, key: string): Promise<Purchase | undefined> {
  const { rows } = await db.query<Purchase>(
    `SELECT ${COLUMNS} FROM purchases WHERE user_id = $1 AND key = $2`,
    [userId, key],
  );
  return rows[0];
}

export async function findPurchase(db: Db | Tx, id: string): Promise<Purchase | undefined> {
  const { rows } = await db.query<Purchase>(`SELECT ${COLUMNS} FROM purchases WHERE id = $1`, [id]);
  return rows[0];
}

export async function lockPurchase(tx: Tx, id: string): Promise<Purchase> {
  const { rows } = await tx.query<Purchase>(
    `SELECT ${COLUMNS} FROM purchases WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  );
  return rows[0]!;
}

/** The first id stays: what a payment is asked about by, for ever. */
export async function keepPaymentId(db: Db, id: string, paymentId: string): Promise<string> {
  const { rows } = await db.query<{ paymentId: string }>(
    `UPDATE purchases SET payment_id = coalesce(payment_id, $2) WHERE id = $1 RETURNING payment_id AS "paymentId"`,
    [id, paymentId],
  );
  return rows[0]!.paymentId;
}

export async function keepReason(db: Db, id: string, reason: string): Promise<void> {
  await db.query('UPDATE purchases SET reason = coalesce(reason, $2) WHERE id = $1', [id, reason]);
}

/** `null`: it is over. */
export async function markWaiting(
  db: Db,
  id: string,
  { state, clientSecret, url }: { state: 'ACTION' | 'PROCESSING'; clientSecret?: string; url?: string },
): Promise<void> {
  await db.query(
    `UPDATE purchases SET state = $2, client_secret = coalesce($3, client_secret), action_url = coalesce($4, action_url)
     WHERE id = $1 AND state IN ('CREATED', 'ACTION', 'PROCESSING')`,
    [id, state, clientSecret ?? null, url ?? null],
  );
}

export async function markPaid(tx: Tx, id: string, chargeId: string | null): Promise<void> {
  await tx.query(
    `WITH paid AS (
       UPDATE transactions SET status = 'COMPLETED', payment_id = $2, updated_at = now() WHERE id = $1
     )
     UPDATE purchases SET state = 'PAID', charge_id = $2, paid_at = now(), due_at = NULL, client_secret = NULL,
       action_url = NULL, reason = NULL WHERE id = $1`,
    [id, chargeId],
  );
}

const SHOW_FAILED = `WITH shown AS (
  UPDATE transactions SET status = 'FAILED', updated_at = now() WHERE id = $1 AND status = 'PENDING'
)`;

/** Nobody is asked for money. */
export async function block(tx: Tx, id: string): Promise<Purchase> {
  const { rows } = await tx.query<Purchase>(
    `${SHOW_FAILED} UPDATE purchases SET state = 'FAILED', reason = '${BLOCKED}', due_at = NULL WHERE id = $1 RETURNING ${COLUMNS}`,
    [id],
  );
  return rows[0]!;
}

/** The reason of those that nobody was asked for. */
export const BLOCKED = 'blocked';

export async function markFailed(tx: Tx | Db, id: string, reason: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `${SHOW_FAILED} UPDATE purchases SET state = 'FAILED', reason = $2, due_at = NULL, client_secret = NULL, action_url = NULL
     WHERE id = $1 AND state IN ('CREATED', 'ACTION', 'PROCESSING')`,
    [id, reason],
  );
  return rowCount === 1;
}

/** True: it has not come before. */
export async function takeMessage(tx: Tx, provider: ProviderName, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'INSERT INTO provider_messages (provider, id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [provider, id],
  );
  return rowCount === 1;
}

/** Looks at a payment now. A purchase that is over is looked at too: whoever was told that it failed may have been charged after all. */
export async function lookSoon(tx: Tx, provider: ProviderName, paymentId: string): Promise<void> {
  await tx.query(
    `UPDATE purchases SET due_at = now() WHERE provider = $1 AND payment_id = $2 AND state <> 'PAID'`,
    [provider, paymentId],
  );
}

/** Looks at one that is not over after so long, unless it is to be looked at sooner. */
export async function lookAfter(db: Db, id: string, ms: number): Promise<void> {
  await db.query(
    `UPDATE purchases SET due_at = least(due_at, now() + make_interval(secs => $2))
     WHERE id = $1 AND ${OPEN} AND reason IS DISTINCT FROM '${REVIEWED}'`,
    [id, ms / 1_000],
  );
}
