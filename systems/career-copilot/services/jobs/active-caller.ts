import { defineErrors, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { activeNow } from '../../kit/account-activity.ts';
import { CLIENT_SCOPES, callerOf } from '../../kit/active-user.ts';

const errors = defineErrors({ INACTIVE_USER: [403, 'The account is locked.'] });

/** What a route of jobs' own states: it is for people who are signed in and whose account nobody has locked, as far as auth has told. */
export function signedInAndActive(pool: pg.Pool) {
  const onRequest = async (request: FastifyRequest) => {
    const { rows } = await pool.query<{ active: boolean }>(`SELECT ${activeNow('$1', 'true')} AS active`, [
      callerOf(request),
    ]);
    if (!rows[0]!.active) throw errors('INACTIVE_USER');
  };
  return { config: { allow: [signedIn], errors: [401, 403], scopes: CLIENT_SCOPES }, onRequest };
}
