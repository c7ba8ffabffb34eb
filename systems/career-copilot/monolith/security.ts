import type { Sessions, SessionTokens } from '@banyan/monolith';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { Tokens } from '../api/auth.ts';
import type { Profile } from '../api/users.ts';
import { ApiError } from '../kit/legacy-errors.ts';
import { accountId } from '../kit/tokens.ts';

/** The current user's row, loaded for each request as the legacy system always did. */
export type CurrentUser = Profile;

declare module 'fastify' {
  interface FastifyRequest {
    user: CurrentUser | null;
  }
}

export const USER_COLUMNS = `id, email, full_name, is_active, role, phone, location, headline, skills, preferences,
  created_at, updated_at`;

/** A hook for routes that need a logged-in, active user. */
export function requireUser(pool: pg.Pool, sessions: Sessions): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const id = subject(request.headers.authorization, sessions);
    const { rows } = await pool.query<CurrentUser>({
      name: 'current-user',
      text: `SELECT ${USER_COLUMNS} FROM users WHERE id = $1`,
      values: [id],
    });
    const user = rows[0];
    if (!user) throw new ApiError('BAD_CREDENTIALS');
    if (!user.is_active) throw new ApiError('INACTIVE_USER');
    request.user = user;
  };
}

export function currentUser(request: FastifyRequest): CurrentUser {
  if (!request.user) throw new ApiError('NOT_AUTHENTICATED');
  return request.user;
}

/** As the API shows them. */
export function shownTokens({ accessToken, refreshToken }: SessionTokens, expiresIn: number): Tokens {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: expiresIn,
  };
}

function subject(authorization: string | undefined, sessions: Sessions): number {
  let id: string | null;
  try {
    id = sessions.subjectOf(authorization);
  } catch (cause) {
    throw new ApiError('BAD_CREDENTIALS', { cause });
  }
  if (id === null) throw new ApiError('NOT_AUTHENTICATED');
  return accountId(id);
}
