import { createHash, randomBytes } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import type { FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import type pg from 'pg';
import type { Tokens } from '../api/auth.ts';
import type { Profile } from '../api/users.ts';
import { ApiError } from '../kit/legacy-errors.ts';
import { accountId, LEGACY_ISSUER } from '../kit/tokens.ts';

export type Settings = {
  jwtSecret: string;
  /** bcrypt's work factor. */
  bcryptCost: number;
  accessTokenSeconds: number;
  refreshTokenDays: number;
};

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
export function requireUser(pool: pg.Pool, settings: Settings): (request: FastifyRequest) => Promise<void> {
  // Here and now: Web Crypto, which jose takes, hands each token to another thread for what is done in microseconds.
  const verify = createVerifier({
    key: settings.jwtSecret,
    algorithms: ['HS256'],
    allowedIss: LEGACY_ISSUER,
    requiredClaims: ['exp', 'sub'],
    cache: false,
  });
  return async (request) => {
    const id = subject(request.headers.authorization, verify);
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

/** A new access token and a new refresh token, the second stored as a hash. Writes `refresh_tokens` only. */
export async function openSession(
  db: pg.Pool | pg.PoolClient,
  settings: Settings,
  user: { id: number; role: string },
): Promise<Tokens> {
  const refreshToken = randomBytes(32).toString('base64url');
  await db.query(
    `INSERT INTO refresh_tokens (user_id, token_hash, expires_at)
     VALUES ($1, $2, now() + make_interval(days => $3))`,
    [user.id, hashRefreshToken(refreshToken), settings.refreshTokenDays],
  );
  return await tokens(settings, user, refreshToken);
}

export async function tokens(
  settings: Settings,
  user: { id: number; role: string },
  refreshToken: string,
): Promise<Tokens> {
  const accessToken = await new SignJWT({ role: user.role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(LEGACY_ISSUER)
    .setSubject(String(user.id))
    .setIssuedAt()
    .setExpirationTime(`${settings.accessTokenSeconds}s`)
    .sign(new TextEncoder().encode(settings.jwtSecret));
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: settings.accessTokenSeconds,
  };
}

export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function subject(authorization: string | undefined, verify: (token: string) => { sub?: string }): number {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (!token) throw new ApiError('NOT_AUTHENTICATED');
  try {
    return accountId(verify(token).sub);
  } catch (cause) {
    throw Object.assign(new ApiError('BAD_CREDENTIALS'), { cause });
  }
}
