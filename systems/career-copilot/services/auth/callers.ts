import { defineErrors, principalOf } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { ApiError } from '../../kit/legacy-errors.ts';
import * as store from './store.ts';

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'A valid access token of an active account is needed.'],
});

/** The caller's account as it is now, for routes that the legacy API never had. Throws `UNAUTHENTICATED`. */
export async function identify(
  pool: pg.Pool,
  request: FastifyRequest,
  options?: { evenInactive: boolean },
): Promise<store.Account> {
  return await store.findCaller(pool, principalOf(request), options).catch((cause: unknown) => {
    throw cause instanceof ApiError ? errors('UNAUTHENTICATED', { headers: BEARER, cause }) : cause;
  });
}

const BEARER = { 'www-authenticate': 'Bearer' };
