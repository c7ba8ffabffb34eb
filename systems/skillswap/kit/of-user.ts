import { type Db, prepared } from '@banyan/postgres';
import { type Predicate, principalOf, role, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type { ErrorCode } from '../api/errors.ts';
import { callerOf } from './caller.ts';
import { ApiError, statusesOf } from './problems.ts';

/**
 * What a route of signed-in users states, with the errors that it may answer by itself: it is refused to those whose account is locked. The
 * service has a table with `id` and `status`, `people` if it says no other.
 */
export type OfUser = ReturnType<typeof ofUserIn>;

export function ofUserIn(pool: Db, table: Table = 'people') {
  return of(pool, table, signedIn);
}

/** And one of administrators. */
export function ofAdminIn(pool: Db, table: Table = 'people'): OfUser {
  const route = of(pool, table, role(ADMIN));
  return (...codes) => route('FORBIDDEN', ...codes);
}

/** Whether it is about whoever asks, or an administrator asks. */
export function isOwnOrAdmin(request: FastifyRequest, userId: string): boolean {
  return callerOf(request) === userId || principalOf(request).role === ADMIN;
}

const ADMIN = 'ADMIN';
type Table = 'people' | 'users';

function of(pool: Db, table: Table, who: Predicate) {
  const onRequest = async (request: FastifyRequest) => {
    const { rows } = await pool.query<{ status: string }>(
      prepared(`SELECT status FROM ${table} WHERE id = $1`, [callerOf(request)]),
    );
    // Who is not known here yet came a moment ago.
    if (rows[0] && rows[0].status !== 'ACTIVE') throw new ApiError('ACCOUNT_INACTIVE');
  };
  return (...codes: ErrorCode[]) => ({
    onRequest,
    config: { allow: [who], errors: statusesOf('NOT_AUTHENTICATED', 'ACCOUNT_INACTIVE', ...codes) },
  });
}
