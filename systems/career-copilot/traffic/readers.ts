import type pg from 'pg';
import type { AuditReader } from './audit.ts';

/** Reads what the legacy database has. */
export function monolithReader(pool: pg.Pool): AuditReader {
  return {
    headlines: (ids) => headlines(pool, 'SELECT id, headline FROM users WHERE id = ANY ($1)', ids),
    accounts: (emails) => accounts(pool, 'SELECT email, id FROM users WHERE email = ANY ($1)', emails),
    passwordHashes: (ids) =>
      hashes(pool, 'SELECT id, hashed_password AS hash FROM users WHERE id = ANY ($1)', ids),
    refreshTokens: (tokens) => refreshTokens(pool, tokens),
  };
}

/** Reads what the services' databases have. */
export function serviceReader({ auth, users }: { auth: pg.Pool; users: pg.Pool }): AuditReader {
  return {
    headlines: (ids) =>
      headlines(users, 'SELECT user_id AS id, headline FROM profiles WHERE user_id = ANY ($1)', ids),
    accounts: (emails) => accounts(auth, 'SELECT email, id FROM accounts WHERE email = ANY ($1)', emails),
    passwordHashes: (ids) =>
      hashes(auth, 'SELECT id, password_hash AS hash FROM accounts WHERE id = ANY ($1)', ids),
    refreshTokens: (tokens) => refreshTokens(auth, tokens),
  };
}

async function headlines(pool: pg.Pool, sql: string, ids: number[]): Promise<Map<number, string | null>> {
  const { rows } = await pool.query<{ id: number; headline: string | null }>(sql, [ids]);
  return new Map(rows.map(({ id, headline }) => [id, headline]));
}

async function accounts(pool: pg.Pool, sql: string, emails: string[]): Promise<Map<string, number[]>> {
  const { rows } = await pool.query<{ email: string; id: number }>(sql, [emails]);
  return new Map(
    [...Map.groupBy(rows, ({ email }) => email)].map(([email, found]) => [email, found.map(({ id }) => id)]),
  );
}

async function hashes(pool: pg.Pool, sql: string, ids: number[]): Promise<Map<number, string>> {
  const { rows } = await pool.query<{ id: number; hash: string }>(sql, [ids]);
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}

async function refreshTokens(
  pool: pg.Pool,
  tokens: string[],
): Promise<Map<string, { rows: number; revoked: boolean }>> {
  const { rows } = await pool.query<{ hash: string; rows: number; revoked: boolean }>(
    `SELECT token_hash AS hash, count(*)::int AS rows, bool_and(revoked) AS revoked
     FROM refresh_tokens WHERE token_hash = ANY ($1) GROUP BY token_hash`,
    [tokens],
  );
  return new Map(rows.map(({ hash, rows: count, revoked }) => [hash, { rows: count, revoked }]));
}
