import type { Sessions, Settings } from '@banyan/monolith';
import type { FastifyRequest, RouteShorthandOptions } from 'fastify';
import type pg from 'pg';
import type { ErrorCode } from '../api/errors.ts';
import { ApiError, statusesOf } from '../kit/problems.ts';
import type { PaymentProvider } from './payments/provider.ts';

/** Whoever makes a request: loaded for each, so that who is suspended is out at once. */
export type CurrentUser = { id: string; role: 'USER' | 'ADMIN'; status: string };

declare module 'fastify' {
  interface FastifyRequest {
    currentUser: CurrentUser | null;
  }
}

/** What every group of routes is given. */
export type Context = {
  pool: pg.Pool;
  settings: Settings;
  sessions: Sessions;
  payments: PaymentProvider;
  /** ms since 1970. */
  clock: () => number;
  /** Options of a route for users who are logged in, with the errors that it may answer by itself. */
  ofUser: (...errors: ErrorCode[]) => Pick<RouteShorthandOptions, 'onRequest' | 'config'>;
  /** And of one for administrators. */
  ofAdmin: Context['ofUser'];
};

export function contextOf(given: Omit<Context, 'ofUser' | 'ofAdmin'>): Context {
  const authenticated = requireUser(given.pool, given.sessions);
  return {
    ...given,
    ofUser: (...errors) => ({
      onRequest: authenticated,
      config: { errors: statusesOf('NOT_AUTHENTICATED', 'ACCOUNT_INACTIVE', ...errors) },
    }),
    ofAdmin: (...errors) => ({
      onRequest: [authenticated, requireAdmin],
      config: { errors: statusesOf('NOT_AUTHENTICATED', 'ACCOUNT_INACTIVE', 'FORBIDDEN', ...errors) },
    }),
  };
}

export function currentUser(request: FastifyRequest): CurrentUser {
  if (!request.currentUser) throw new ApiError('NOT_AUTHENTICATED');
  return request.currentUser;
}

/** The one whom a route is about, if that is whoever asks, or an administrator does. Throws `FORBIDDEN`. */
export function ownOrAdmin(request: FastifyRequest, userId: string): string {
  const { id, role } = currentUser(request);
  if (id !== userId && role !== 'ADMIN') throw new ApiError('FORBIDDEN');
  return userId;
}

function requireUser(pool: pg.Pool, sessions: Sessions): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const { rows } = await pool.query<CurrentUser>({
      name: 'current-user',
      text: 'SELECT id, role, status FROM users_legacy WHERE id = $1',
      values: [subjectOf(request.headers.authorization, sessions)],
    });
    if (!rows[0]) throw new ApiError('NOT_AUTHENTICATED');
    if (rows[0].status !== 'ACTIVE') throw new ApiError('ACCOUNT_INACTIVE');
    request.currentUser = rows[0];
  };
}

async function requireAdmin(request: FastifyRequest): Promise<void> {
  if (currentUser(request).role !== 'ADMIN') throw new ApiError('FORBIDDEN');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function subjectOf(authorization: string | undefined, sessions: Sessions): string {
  let subject: string | null;
  try {
    subject = sessions.subjectOf(authorization);
  } catch (cause) {
    throw new ApiError('NOT_AUTHENTICATED', { cause });
  }
  if (!subject || !UUID.test(subject)) throw new ApiError('NOT_AUTHENTICATED');
  return subject;
}
