import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { Id, Page, PageQuery } from '../../api/common.ts';
import { Hold, Transaction, Wallet } from '../../api/credits.ts';
import { pageOf } from '../../kit/pages.ts';
import { ApiError } from '../../kit/problems.ts';
import { type Context, currentUser } from '../context.ts';
import { balanceOf } from '../credits/wallets.ts';

export function creditRoutes(app: FastifyInstance, { pool, ofUser }: Context): void {
  app.get('/credits', { ...ofUser(), schema: { response: { 200: Wallet } } }, async (request) => {
    const userId = currentUser(request).id;
    // Nobody owes anything here: what was bought is not taken back.
    return { userId, ...(await balanceOf(pool, userId)), debt: 0 };
  });

  app.get<{ Querystring: PageQuery }>(
    '/credits/holds',
    { ...ofUser(), schema: { querystring: PageQuery, response: { 200: Page(Hold) } } },
    async (request) => {
      const text = `SELECT id, session_id AS "sessionId", amount, captured, expires_at AS "expiresAt",
        created_at AS "createdAt" FROM credit_holds WHERE user_id = $1`;
      const values = [currentUser(request).id];
      return await pageOf(pool, { text, values, order: 'created_at DESC, id' }, request.query);
    },
  );

  app.get<{ Querystring: PageQuery }>(
    '/transactions',
    { ...ofUser(), schema: { querystring: PageQuery, response: { 200: Page(Transaction) } } },
    async (request) => {
      const text = `${TRANSACTIONS} AND user_id = $1`;
      const values = [currentUser(request).id];
      return await pageOf(pool, { text, values, order: 'created_at DESC, id DESC' }, request.query);
    },
  );

  app.get<{ Params: Id }>(
    '/transactions/:id',
    { ...ofUser('TRANSACTION_NOT_FOUND'), schema: { params: Id, response: { 200: Transaction } } },
    async (request) => await findTransaction(pool, request.params.id, currentUser(request).id),
  );
}

export async function findTransaction(pool: pg.Pool, id: string, userId: string): Promise<unknown> {
  const { rows } = await pool.query(`${TRANSACTIONS} AND id = $1 AND user_id = $2`, [id, userId]);
  if (!rows[0]) throw new ApiError('TRANSACTION_NOT_FOUND');
  return rows[0];
}

/** What has moved in wallets. */
const TRANSACTIONS = `SELECT id, type, credits, 'session:' || session_id AS reference, created_at AS "createdAt"
  FROM transactions WHERE status = 'COMPLETED'`;
