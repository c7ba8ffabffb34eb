/** Withdrawals: credits go at once, money each week; once, whatever dies, and back if the money cannot be paid. */
import { randomUUID } from 'node:crypto';
import type { Db } from '@banyan/postgres';
import type pg from 'pg';
import { type Currency, payoutAmount } from '../../../kit/credits/prices.ts';
import { ApiError } from '../../../kit/problems.ts';
import type { Says } from '../ledger/credits.ts';
import { inLedger, platformAccount, post, reverse } from '../ledger/ledger.ts';
import { postingOf } from '../ledger/store.ts';
import { inLedgerAsWriter } from '../ledger/writer.ts';
import { nextPayoutAt, nextWithdrawalStep } from './decide.ts';
import type { MethodName, PayoutMethod } from './method.ts';

type Tx = pg.PoolClient;

export type Withdrawal = {
  id: string;
  userId: string;
  credits: number;
  amount: number;
  currency: Currency;
  /** `REVIEW`: somebody has to look at it first. `SENT`: on its way; what becomes of it will be told. */
  state: 'REQUESTED' | 'REVIEW' | 'SENT' | 'PAID' | 'FAILED';
  /** How it is paid, from when it was due: then it goes there, whatever its owner wishes later. */
  method: MethodName | null;
  accountId: string | null;
  /** Encrypted. */
  name: string | null;
  country: string | null;
  /** Somebody has looked at it, and it may be paid. */
  isReviewed: boolean;
  reason: string | null;
  postingId: string;
  createdAt: Date;
};

export const COLUMNS = `id, user_id AS "userId", credits, amount::float8, currency, state, method,
  account_id AS "accountId", name, country, reviewed_at IS NOT NULL AS "isReviewed", reason, posting_id AS "postingId", created_at AS "createdAt"`;

export type Wanted = { userId: string; key: string; credits: number; currency: Currency; now: Date };

/** Has somebody look at a withdrawal before it is paid, if there is a reason to; in its transaction. */
export type Screen = (tx: Tx, withdrawal: Withdrawal, now: Date) => Promise<void>;

/**
 * Takes the credits out of the wallet; the money is paid with all others of the week. The same key is the same withdrawal: its transaction's id. Throws `INSUFFICIENT_CREDITS`,
 * `NOT_EARNED`, `WALLET_STOPPED`, `KEY_REUSED`.
 */
export async function requestWithdrawal(pool: Db, screen: Screen, wanted: Wanted): Promise<string> {
  const { userId, key, credits, currency, now } = wanted;
  return await inLedger(pool, async (tx) => {
    // Whoever asks twice at once waits here. Its key is one with those of purchases, and of what the monolith has done.
    const { rows } = await tx.query<{ id: string }>(
      `INSERT INTO transactions (id, user_id, type, status, credits, amount, currency, idempotency_key)
       VALUES ($1, $2, 'WITHDRAWAL', 'COMPLETED', $3, $4, $5, $6)
       ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id`,
      [randomUUID(), userId, -credits, payoutAmount(credits, currency), currency, key],
    );
    if (!rows[0]) return await earlier(tx, wanted);
    const { id } = rows[0];
    await tx.query(
      `INSERT INTO withdrawals (id, user_id, key, credits, amount, currency, due_at)
       SELECT id, user_id, idempotency_key, -credits, amount, currency, $2 FROM transactions WHERE id = $1`,
      [id, nextPayoutAt(now)],
    );
    const reference = `withdrawal:${id}`;
    const { id: postingId } = await post(tx, {
      ...{ key: reference, kind: 'WITHDRAWAL', reference },
      lines: [
        { kind: 'WALLET', owner: userId, amount: -credits },
        { kind: 'PAYOUTS', owner: platformAccount(), amount: credits },
      ],
    });
    // After it, since the wallet is locked by then: two at once do not both find the same credits.
    if ((await withdrawable(tx, userId)) < 0) throw new ApiError('NOT_EARNED');
    const made = await change(tx, id, 'posting_id = $2', postingId);
    await screen(tx, made, now);
    return id;
  });
}

/** What was asked for with this key before. */
async function earlier(tx: Tx, { userId, key, credits, currency }: Wanted): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM transactions WHERE user_id = $1 AND idempotency_key = $2 AND type = 'WITHDRAWAL' AND credits = $3 AND currency = $4`,
    [userId, key, -credits, currency],
  );
  if (!rows[0]) throw new ApiError('KEY_REUSED');
  return rows[0].id;
}

/**
 * What somebody has earned and not withdrawn: by sessions, and what an older system had. What was bought, with its bonus, is for learning: paid out
 * it would be worth more than it cost.
 */
async function withdrawable(db: Db | Tx, userId: string): Promise<number> {
  const { rows } = await db.query<{ sum: number }>(
    `SELECT coalesce(sum(credits), 0)::float8 AS sum FROM transactions
     WHERE user_id = $1 AND status = 'COMPLETED' AND (type IN ('SESSION_EARNING', 'WITHDRAWAL', 'OPENING')
       OR (type = 'REVERSAL' AND reference LIKE 'withdrawal:%'))`,
    [userId],
  );
  return rows[0]!.sum;
}

/** Of somebody, the newest first. */
export async function findWithdrawals(
  db: Db,
  userId: string,
  { page, size }: { page: number; size: number },
): Promise<Withdrawal[]> {
  const { rows } = await db.query<Withdrawal>(
    `SELECT ${COLUMNS} FROM withdrawals WHERE user_id = $1 ORDER BY created_at DESC, id OFFSET $2 LIMIT $3`,
    [userId, page * size, size],
  );
  return rows;
}

type Around = {
  pool: Db;
  events: Says;
  methods: ReadonlyMap<MethodName, PayoutMethod>;
  /** Whether whoever gets it may be paid; else it is in review from then on. */
  mayBePaid(withdrawal: Withdrawal): Promise<boolean>;
};

/**
 * Takes a withdrawal that is due as far as it goes now; again is no error. True: it is over, or waits for somebody's review. Throws `ProviderError`
 * `UNREACHABLE`.
 */
export async function advanceWithdrawal(around: Around, { id }: Pick<Withdrawal, 'id'>): Promise<boolean> {
  const { pool, methods, mayBePaid } = around;
  const withdrawal = await choose(pool, id);
  const { state, amount, currency, accountId } = withdrawal;
  if (state === 'REVIEW' || state === 'FAILED') return true;
  const method = methods.get(withdrawal.method!);
  // It waits until it is known where the money is to go.
  if (!method) return false;
  // What is on its way is gone on with.
  if (state === 'REQUESTED' && !withdrawal.isReviewed && !(await mayBePaid(withdrawal))) return true;
  const payout = await method.send({ withdrawalId: id, amount, currency, accountId });
  const step = nextWithdrawalStep(payout);
  if (step.do === 'wait') await change(pool, id, `state = 'SENT'`);
  if (step.do === 'close') await close(around, id, payout.payoutId);
  if (step.do === 'give back')
    await giveBack(around, id, { of: ['REQUESTED', 'SENT', 'PAID'], reason: step.reason });
  return step.do !== 'wait';
}

/** The first way that counts, counts for ever: by another one it would be paid again. */
async function choose(pool: Db, id: string): Promise<Withdrawal> {
  await pool.query(
    `UPDATE withdrawals SET method = p.method, name = p.name, iban = p.iban, account_id = p.account_id,
       country = p.country
     FROM payees p WHERE withdrawals.id = $1 AND p.id = user_id AND withdrawals.method IS NULL AND state = 'REQUESTED'`,
    [id],
  );
  return await change(pool, id, 'id = id');
}

/** Something is told of a payment: whether it was taken back is looked at now. */
export async function lookAtPayout(tx: Tx, payoutId: string): Promise<void> {
  await tx.query(`UPDATE withdrawals SET due_at = now() WHERE payout_id = $1 AND state = 'PAID'`, [payoutId]);
}

async function close({ pool, events }: Around, id: string, payoutId: string | null): Promise<void> {
  await inLedgerAsWriter(pool, async (tx) => {
    const { state, userId, credits, amount, currency } = await lockWithdrawal(tx, id);
    if (state === 'PAID' || state === 'FAILED') return;
    await post(tx, {
      ...{ key: `withdrawal:${id}:paid`, kind: 'PAYOUT', reference: `withdrawal:${id}` },
      lines: [
        { kind: 'PAYOUTS', owner: platformAccount(), amount: -credits },
        { kind: 'ISSUED', owner: platformAccount(), amount: credits },
      ],
    });
    await change(tx, id, `state = 'PAID', paid_at = now(), reason = NULL, payout_id = $2`, payoutId);
    await events.publish(tx, 'WithdrawalPaid', { userId, withdrawalId: id, credits, amount, currency });
  });
}

/** Credits are the owner's again, also if they were paid and that was taken back, and pay first what they owe. Nothing where it is in another state than one `of` these. */
export async function giveBack(
  { pool, events }: Pick<Around, 'pool' | 'events'>,
  id: string,
  { of, reason }: { of: readonly Withdrawal['state'][]; reason: string },
): Promise<void> {
  await inLedgerAsWriter(pool, async (tx) => {
    const { state, userId, credits, amount, currency, postingId } = await lockWithdrawal(tx, id);
    if (!of.includes(state)) return;
    const paid = state === 'PAID' && (await postingOf(tx, `withdrawal:${id}:paid`));
    if (paid)
      await reverse(tx, { key: `withdrawal:${id}:back`, postingId: paid, reference: `withdrawal:${id}` });
    await reverse(tx, { key: `withdrawal:${id}:failed`, postingId, reference: `withdrawal:${id}` });
    await change(tx, id, `state = 'FAILED', due_at = NULL, reason = $2`, reason);
    const told = { userId, withdrawalId: id, credits, amount, currency, reason };
    await events.publish(tx, 'WithdrawalFailed', told);
  });
}

async function lockWithdrawal(tx: Tx, id: string): Promise<Withdrawal> {
  return await change(tx, id, 'id = id');
}

/** `set`: SQL as after SET, with `$2`. */
async function change(db: Db | Tx, id: string, set: string, ...values: unknown[]): Promise<Withdrawal> {
  const { rows } = await db.query<Withdrawal>(
    `UPDATE withdrawals SET ${set} WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, ...values],
  );
  return rows[0]!;
}
