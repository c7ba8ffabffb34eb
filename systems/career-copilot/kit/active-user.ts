import { principalOf, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { activeNow } from './account-activity.ts';
import { ApiError, type ApiErrorCode, statusesOf } from './legacy-errors.ts';
import { accountId } from './tokens.ts';

/**
 * What a route of signed-in users states: it is refused to those whose account was locked, and answers with these errors besides. The
 * service has the columns `id` and `is_active` of `users`, and the part `accountActivity`.
 *
 * @example app.get('/notifications', { ...activeUser(pool)(), schema }, ...)
 */
export function activeUser(pool: pg.Pool) {
  const onRequest = async (request: FastifyRequest) => {
    if (await isInactive(pool, callerOf(request))) throw new ApiError('INACTIVE_USER');
  };
  return (...codes: ApiErrorCode[]) => ({
    config: { allow: [signedIn], errors: statusesOf('BAD_CREDENTIALS', 'INACTIVE_USER', ...codes) },
    onRequest,
  });
}

/** The id of the account whose token the request has. */
export function callerOf(request: FastifyRequest): number {
  return accountId(principalOf(request).subject);
}

/** Whether an account was locked. One that is not known here yet was made a moment ago. */
async function isInactive(pool: pg.Pool, userId: number): Promise<boolean> {
  const mapped = '(SELECT is_active FROM users WHERE users.id = $1)';
  const { rows } = await pool.query(`SELECT ${activeNow('$1', mapped)} AS active`, [userId]);
  return rows[0].active === false;
}
