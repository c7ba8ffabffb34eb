import { transaction } from '@banyan/monolith';
import type pg from 'pg';
import type { Purchase } from '../../api/credits.ts';
import { type Currency, purchasedCredits } from '../../kit/credits/prices.ts';
import { ApiError } from '../../kit/problems.ts';
import { balanceOf, putIn } from '../credits/wallets.ts';
import { notify } from '../notify.ts';
import { ofCredits } from '../words.ts';
import type { PaymentProvider } from './provider.ts';

type PurchaseRow = {
  id: string;
  userId: string;
  status: 'PENDING' | 'COMPLETED' | 'FAILED';
  credits: number;
  amount: number;
  currency: Currency;
  paymentMethodId: string;
};

const COLUMNS = `id, user_id AS "userId", status, credits, amount, currency, payment_method_id AS "paymentMethodId"`;

/**
 * Buys credits. It is written down before anything is charged, and charged by the id under which it is written down: whatever fails in between, the same
 * request sent again, or `completePending`, ends it, with one charge and credits once.
 */
export async function purchase(
  pool: pg.Pool,
  payments: PaymentProvider,
  { userId, key, wanted }: { userId: string; key: string; wanted: Purchase },
): Promise<{ transactionId: string; creditsAdded: number; newBalance: number }> {
  const { bought, bonus } = purchasedCredits(wanted.amount, wanted.currency);
  if (bought === 0) throw new ApiError('AMOUNT_TOO_SMALL');
  const row = await writtenDown(pool, userId, key, wanted, bought + bonus);
  const status = row.status === 'PENDING' ? await complete(pool, payments, row) : row.status;
  if (status === 'FAILED') throw new ApiError('PAYMENT_DECLINED');
  const { balance } = await balanceOf(pool, userId);
  return { transactionId: row.id, creditsAdded: row.credits, newBalance: balance };
}

/** Ends purchases that began at least a minute ago and of which nobody asks any more. Returns how many it has ended. */
export async function completePending(
  pool: pg.Pool,
  payments: PaymentProvider,
  now: number,
): Promise<number> {
  const { rows } = await pool.query<PurchaseRow>(
    `SELECT ${COLUMNS} FROM transactions WHERE status = 'PENDING' AND type = 'PURCHASE' AND created_at < $1
     ORDER BY created_at LIMIT 100`,
    [new Date(now - 60_000)],
  );
  let ended = 0;
  for (const row of rows)
    await complete(pool, payments, row).then(
      () => ended++,
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
      },
    );
  return ended;
}

async function writtenDown(
  pool: pg.Pool,
  userId: string,
  key: string,
  { amount, currency, paymentMethodId }: Purchase,
  credits: number,
): Promise<PurchaseRow> {
  const made = await pool.query<PurchaseRow>(
    `INSERT INTO transactions (user_id, type, status, credits, amount, currency, payment_method_id, idempotency_key)
     VALUES ($1, 'PURCHASE', 'PENDING', $2, $3, $4, $5, $6) ON CONFLICT (user_id, idempotency_key) DO NOTHING
     RETURNING ${COLUMNS}`,
    [userId, credits, amount, currency, paymentMethodId, key],
  );
  if (made.rows[0]) return made.rows[0];
  const { rows } = await pool.query<PurchaseRow>(
    `SELECT ${COLUMNS} FROM transactions WHERE user_id = $1 AND idempotency_key = $2`,
    [userId, key],
  );
  const known = rows[0]!;
  const isSame =
    known.amount === amount && known.currency === currency && known.paymentMethodId === paymentMethodId;
  if (!isSame) throw new ApiError('KEY_REUSED');
  return known;
}

/** Throws `PROVIDER_UNAVAILABLE` if nobody knows what has become of it. */
async function complete(
  pool: pg.Pool,
  payments: PaymentProvider,
  { id, userId, amount, currency, paymentMethodId, credits }: PurchaseRow,
): Promise<'COMPLETED' | 'FAILED'> {
  const charged = await payments
    .charge({ key: id, paymentMethodId, amount, currency })
    .catch((cause: unknown) => {
      throw new ApiError('PROVIDER_UNAVAILABLE', { cause });
    });
  const status = charged.status === 'SUCCEEDED' ? 'COMPLETED' : 'FAILED';
  await transaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE transactions SET status = $2, payment_id = $3, updated_at = now() WHERE id = $1 AND status = 'PENDING'`,
      [id, status, charged.status === 'SUCCEEDED' ? charged.id : null],
    );
    // Somebody else has ended it, in the same way: the provider says the same to all who ask by this key.
    if (!rowCount || status === 'FAILED') return;
    await putIn(client, userId, credits);
    await notify(client, userId, 'credits_added', ofCredits(credits));
  });
  return status;
}
