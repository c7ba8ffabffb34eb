import { createHash, createHmac } from 'node:crypto';
import { quoteIdent } from '@banyan/postgres';
import type pg from 'pg';
import { ended, once } from './load.ts';
import type { UserId } from './population.ts';

/** For a load of people who register, log in and log out. What it says holds of monoliths made of `@banyan/monolith`, and of services that took over their tables. */

/** For `once`: ids by e-mail address, in a table of accounts. */
export const idsByEmail =
  (table: string) =>
  async (db: pg.Pool, emails: string[]): Promise<Map<string, UserId[]>> => {
    const sql = `SELECT email, array_agg(id) AS ids FROM ${quoteIdent(table)} WHERE email = ANY ($1) GROUP BY email`;
    const { rows } = await db.query<{ email: string; ids: UserId[] }>(sql, [emails]);
    return new Map(rows.map(({ email, ids }) => [email, ids]));
  };

/** Logins that were opened and ended, by `digestOf` their refresh tokens: in the table `refresh_tokens`, on either side. */
export const loginPromises = { session: once(sessionsThere), logout: ended(goodSessions) };

/** As what a refresh token is kept. */
export function digestOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}

const TOKEN_SECONDS = 86_400;

/** An access token (HS256) as the monolith gives it to somebody, good for a day. */
export function legacyToken(
  { id, role, issuer }: { id: UserId; role: string; issuer: string },
  secret: string,
): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { role, iss: issuer, sub: String(id), iat: now, exp: now + TOKEN_SECONDS };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

async function sessionsThere(db: pg.Pool, hashes: string[]): Promise<Map<string, UserId[]>> {
  const sql =
    'SELECT token_hash AS hash, array_agg(id) AS ids FROM refresh_tokens WHERE token_hash = ANY ($1) GROUP BY 1';
  const { rows } = await db.query<{ hash: string; ids: UserId[] }>(sql, [hashes]);
  return new Map(rows.map(({ hash, ids }) => [hash, ids]));
}

async function goodSessions(db: pg.Pool, hashes: string[]): Promise<Set<string>> {
  const sql = 'SELECT token_hash AS hash FROM refresh_tokens WHERE token_hash = ANY ($1) AND NOT revoked';
  const { rows } = await db.query<{ hash: string }>(sql, [hashes]);
  return new Set(rows.map(({ hash }) => hash));
}
