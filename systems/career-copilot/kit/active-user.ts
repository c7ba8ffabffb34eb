import { prepared } from '@banyan/postgres';
import { principalOf, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { activeNow } from './account-activity.ts';
import { ApiError, type ApiErrorCode, statusesOf } from './legacy-errors.ts';
import { accountId } from './tokens.ts';

/** What a client must have been allowed that acts for a user on a route (OAuth). */
export const CLIENT_SCOPES = { safe: 'read', unsafe: 'write' };

/**
 * What a route of signed-in users states: it is refused to those whose account was locked, and answers with these errors besides. The
 * service has the part `accountActivity`, and the columns `id` and `is_active` of `users` unless it knows of accounts by events alone.
 *
 * @example app.get('/notifications', { ...activeUser(pool)(), schema }, ...)
 */
export function activeUser(pool: pg.Pool, { byEventsAlone = false }: { byEventsAlone?: boolean } = {}) {
  const mapped = byEventsAlone ? 'NULL::boolean' : MAPPED;
  const onRequest = async (request: FastifyRequest) => {
    if (await isInactive(pool, callerOf(request), mapped)) throw new ApiError('INACTIVE_USER');
  };
  return (...codes: ApiErrorCode[]) => ({
    config: {
      allow: [signedIn],
      errors: statusesOf('BAD_CREDENTIALS', 'INACTIVE_USER', ...codes),
      scopes: CLIENT_SCOPES,
    },
    onRequest,
  });
}

/** The id of the account whose token the request has. */
export function callerOf(request: FastifyRequest): number {
  return accountId(principalOf(request).subject);
}

/** Whether an account was locked. One that is not known here yet was made a moment ago. */
export async function isInactive(pool: pg.Pool, userId: number, mapped = MAPPED): Promise<boolean> {
  const { rows } = await pool.query(prepared(`SELECT ${activeNow('$1', mapped)} AS active`, [userId]));
  return rows[0].active === false;
}

/** As replication has brought it. */
const MAPPED = '(SELECT is_active FROM users WHERE users.id = $1)';
