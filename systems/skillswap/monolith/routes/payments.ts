import { transaction, UNIQUE_VIOLATION } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { IdempotencyKey, Purchase, Purchased, Transaction, Withdrawal } from '../../api/credits.ts';
import { payoutAmount } from '../../kit/credits/prices.ts';
import { ApiError } from '../../kit/problems.ts';
import { type Context, currentUser } from '../context.ts';
import { takeOut } from '../credits/wallets.ts';
import { purchase } from '../payments/purchases.ts';
import { findTransaction } from './credits.ts';

export function paymentRoutes(app: FastifyInstance, { pool, payments, ofUser }: Context): void {
  app.post<{ Body: Purchase; Headers: IdempotencyKey }>(
    '/payments/purchases',
    {
      ...ofUser('AMOUNT_TOO_SMALL', 'PAYMENT_DECLINED', 'KEY_REUSED', 'PROVIDER_UNAVAILABLE'),
      schema: { headers: IdempotencyKey, body: Purchase, response: { 201: Purchased } },
    },
    async (request, reply) => {
      const { id: userId } = currentUser(request);
      const key = request.headers['idempotency-key'];
      return await reply
        .code(201)
        .send(await purchase(pool, payments, { userId, key, wanted: request.body }));
    },
  );

  // Paid out with all others of the week, by who does the books.
  app.post<{ Body: Withdrawal; Headers: IdempotencyKey }>(
    '/payments/withdrawals',
    {
      ...ofUser('INSUFFICIENT_CREDITS', 'NOT_EARNED', 'KEY_REUSED'),
      schema: { headers: IdempotencyKey, body: Withdrawal, response: { 201: Transaction } },
    },
    async (request, reply) => {
      const { id: userId } = currentUser(request);
      const key = request.headers['idempotency-key'];
      return await reply.code(201).send(await withdraw(pool, userId, key, request.body));
    },
  );
}

async function withdraw(
  pool: pg.Pool,
  userId: string,
  key: string,
  { credits, currency }: Withdrawal,
): Promise<unknown> {
  await transaction(pool, async (client) => {
    await client.query(
      `INSERT INTO transactions (user_id, type, status, credits, amount, currency, idempotency_key)
       VALUES ($1, 'WITHDRAWAL', 'COMPLETED', $2, $3, $4, $5)`,
      [userId, -credits, payoutAmount(credits, currency), currency, key],
    );
    await takeOut(client, userId, credits);
    // After it, since the wallet is locked by then: two at once do not both find the same credits.
    if ((await earned(client, userId)) < 0) throw new ApiError('NOT_EARNED');
  }).catch((error: pg.DatabaseError) => {
    if (error.code !== UNIQUE_VIOLATION) throw error;
  });
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM transactions WHERE user_id = $1 AND idempotency_key = $2 AND type = 'WITHDRAWAL'
       AND credits = $3 AND currency = $4`,
    [userId, key, -credits, currency],
  );
  if (!rows[0]) throw new ApiError('KEY_REUSED');
  return await findTransaction(pool, rows[0].id, userId);
}

/** What somebody has earned and not withdrawn. What was bought, with its bonus, is for learning: paid out it would be worth more than it cost. */
async function earned(client: pg.PoolClient, userId: string): Promise<number> {
  const { rows } = await client.query<{ credits: number }>(
    `SELECT coalesce(sum(credits), 0)::int AS credits FROM transactions
     WHERE user_id = $1 AND status = 'COMPLETED' AND type IN ('SESSION_EARNING', 'WITHDRAWAL')`,
    [userId],
  );
  return rows[0]!.credits;
}
