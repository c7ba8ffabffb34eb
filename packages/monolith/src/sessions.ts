import { createHash, randomBytes } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import { SignJWT } from 'jose';
import type pg from 'pg';

export type SessionSettings = {
  jwtSecret: string;
  accessTokenSeconds: number;
  refreshTokenDays: number;
};

/** Whom a session is of; `role` is told in the access token. */
export type SessionUser = { id: number | string; role: string };

export type SessionTokens = { accessToken: string; refreshToken: string };

export type Sessions = {
  /** The subject of an `Authorization` header; null: it has no token. Throws if the token is not good. */
  subjectOf(authorization: string | undefined): string | null;
  /** A new access token and a new refresh token, the second stored as a hash. Writes `refresh_tokens` only. */
  open(db: pg.Pool | pg.PoolClient, user: SessionUser): Promise<SessionTokens>;
  /** A new access token beside the refresh token that somebody has. */
  goOn(user: SessionUser, refreshToken: string): Promise<SessionTokens>;
  /** The refresh token is good no more. Again is no error. */
  end(db: pg.Pool, refreshToken: string): Promise<void>;
};

/** Sessions by signed access tokens (HS256) and refresh tokens in a table `refresh_tokens`. */
export function sessionsOf(issuer: string, settings: SessionSettings): Sessions {
  const { jwtSecret, accessTokenSeconds, refreshTokenDays } = settings;
  // Here and now: Web Crypto, which jose takes, hands each token to another thread for what is done in microseconds.
  const verify = createVerifier({
    key: jwtSecret,
    algorithms: ['HS256'],
    allowedIss: issuer,
    requiredClaims: ['exp', 'sub'],
    cache: false,
  });
  const secret = new TextEncoder().encode(jwtSecret);
  const goOn: Sessions['goOn'] = async ({ id, role }, refreshToken) => ({
    accessToken: await new SignJWT({ role })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(issuer)
      .setSubject(String(id))
      .setIssuedAt()
      .setExpirationTime(`${accessTokenSeconds}s`)
      .sign(secret),
    refreshToken,
  });
  return {
    subjectOf: (authorization) => {
      const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      return token ? verify(token).sub : null;
    },
    open: async (db, user) => {
      const refreshToken = randomBytes(32).toString('base64url');
      await db.query(
        `INSERT INTO refresh_tokens (user_id, token_hash, expires_at)
         VALUES ($1, $2, now() + make_interval(days => $3))`,
        [user.id, hashRefreshToken(refreshToken), refreshTokenDays],
      );
      return await goOn(user, refreshToken);
    },
    goOn,
    end: async (db, refreshToken) => {
      await db.query('UPDATE refresh_tokens SET revoked = true WHERE token_hash = $1 AND NOT revoked', [
        hashRefreshToken(refreshToken),
      ]);
    },
  };
}

export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
