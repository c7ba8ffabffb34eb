import { errorCode } from '@banyan/postgres';
import { keyset, type Principal } from '@banyan/service';
import type pg from 'pg';
import { ApiError } from '../../kit/legacy-errors.ts';
import { accountId } from '../../kit/tokens.ts';
import type { StoredToken } from './decide.ts';

export type Account = {
  id: number;
  email: string;
  password_hash: string;
  is_active: boolean;
  role: string;
  display_name: string;
  email_verified_at: Date | null;
  suspended_at: Date | null;
  suspension_reason: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
};

export type RefreshToken = StoredToken & { id: number; account_id: number; family_id: string };

type Executor = pg.Pool | pg.PoolClient;

const ACCOUNT = `id, email, password_hash, is_active, role, display_name, email_verified_at, suspended_at,
  suspension_reason, version, created_at, updated_at`;

const TOKEN = 'id, account_id, family_id, revoked, rotated_at, expires_at';

const UNIQUE_VIOLATION = '23505';

export async function findAccount(db: Executor, id: number): Promise<Account | undefined> {
  const { rows } = await db.query<Account>({
    name: 'account',
    text: `SELECT ${ACCOUNT} FROM accounts WHERE id = $1`,
    values: [id],
  });
  return rows[0];
}

/** As it is when nobody else changes it any more, until the transaction ends. */
export async function lockAccount(tx: pg.PoolClient, id: number): Promise<Account | undefined> {
  const { rows } = await tx.query<Account>(
    `SELECT ${ACCOUNT} FROM accounts WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  );
  return rows[0];
}

export async function findAccountByEmail(db: Executor, email: string): Promise<Account | undefined> {
  const { rows } = await db.query<Account>({
    name: 'account-by-email',
    text: `SELECT ${ACCOUNT} FROM accounts WHERE email = $1`,
    values: [email],
  });
  return rows[0];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's, as it is now. */
    account: Account | null;
  }
}

/** The account of a token, as it is now; only an active one unless said otherwise. Throws like the legacy API. */
export async function findCaller(
  db: Executor,
  { subject }: Principal,
  { evenInactive = false }: { evenInactive?: boolean } = {},
): Promise<Account> {
  const account = await findAccount(db, accountId(subject));
  if (!account) throw new ApiError('BAD_CREDENTIALS');
  if (!account.is_active && !evenInactive) throw new ApiError('INACTIVE_USER');
  return account;
}

/** Throws `EMAIL_TAKEN`. */
export async function insertAccount(
  db: Executor,
  { email, passwordHash, displayName }: { email: string; passwordHash: string; displayName: string },
): Promise<Account> {
  try {
    const { rows } = await db.query<Account>(
      `INSERT INTO accounts (email, password_hash, display_name) VALUES ($1, $2, $3) RETURNING ${ACCOUNT}`,
      [email, passwordHash, displayName],
    );
    return rows[0]!;
  } catch (error) {
    throw errorCode(error) === UNIQUE_VIOLATION ? new ApiError('EMAIL_TAKEN') : error;
  }
}

/** False if the hash is not the one expected any more. */
export async function replacePasswordHash(
  db: Executor,
  { id, from, to, changed }: { id: number; from: string; to: string; changed: boolean },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE accounts SET password_hash = $3, version = version + 1, updated_at = now(),
       password_changed_at = CASE WHEN $4 THEN now() ELSE password_changed_at END
     WHERE id = $1 AND password_hash = $2`,
    [id, from, to, changed],
  );
  return rowCount === 1;
}

/** Whatever it was before. */
export async function setPasswordHash(db: Executor, id: number, passwordHash: string): Promise<void> {
  await db.query(
    `UPDATE accounts SET password_hash = $2, password_changed_at = now(), version = version + 1, updated_at = now()
     WHERE id = $1`,
    [id, passwordHash],
  );
}

/** False if it was done before. */
export async function anonymizeAccount(
  db: Executor,
  id: number,
  { email, passwordHash, displayName }: { email: string; passwordHash: string; displayName: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE accounts SET email = $2, password_hash = $3, display_name = $4, is_active = false,
       email_verified_at = NULL, suspension_reason = NULL, version = version + 1, updated_at = now()
     WHERE id = $1 AND email <> $2`,
    [id, email, passwordHash, displayName],
  );
  await db.query('DELETE FROM second_factors WHERE account_id = $1', [id]);
  await db.query('DELETE FROM oauth_grants WHERE account_id = $1', [id]);
  return rowCount === 1;
}

/** False if it was so before. */
export async function suspend(db: Executor, id: number, reason: string | null): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE accounts SET is_active = false, suspended_at = now(), suspension_reason = $2,
       version = version + 1, updated_at = now()
     WHERE id = $1 AND suspended_at IS NULL`,
    [id, reason],
  );
  return rowCount === 1;
}

/** Whoever has locked it, an administrator or the monolith. False if it was active before. */
export async function reinstate(db: Executor, id: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE accounts SET is_active = true, suspended_at = NULL, suspension_reason = NULL,
       version = version + 1, updated_at = now()
     WHERE id = $1 AND NOT (is_active AND suspended_at IS NULL)`,
    [id],
  );
  return rowCount === 1;
}

/** False if it was so before. */
export async function setVerified(db: Executor, id: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE accounts SET email_verified_at = now(), version = version + 1, updated_at = now()
     WHERE id = $1 AND email_verified_at IS NULL`,
    [id],
  );
  return rowCount === 1;
}

/** One page of accounts, in the order of their ids. Throws `BAD_CURSOR`. */
export async function listAccounts(
  db: Executor,
  { email, q, role, is_active: isActive, ...page }: AccountFilter,
): Promise<{ items: Account[]; next_cursor: string | null }> {
  const text = `SELECT ${ACCOUNT} FROM accounts
     WHERE ($1::text IS NULL OR email = $1) AND ($2::text IS NULL OR role = $2) AND ($3::boolean IS NULL OR is_active = $3)
       AND ($4::text IS NULL OR starts_with(lower(email), lower($4)))`;
  return await BY_ID.page<Account>(
    db,
    { text, values: [email ?? null, role ?? null, isActive ?? null, q ?? null] },
    page,
  );
}

const BY_ID = keyset([{ column: 'id', type: 'integer' }]);

export type AccountFilter = {
  limit: number;
  cursor?: string;
  email?: string;
  q?: string;
  role?: string;
  is_active?: boolean;
};

/** The first of a family. Undefined if the account has another password by now, also one that is just being set. */
export async function insertFirstToken(
  db: Executor,
  { account, tokenHash, days }: NewToken & { account: Pick<Account, 'id' | 'password_hash'> },
): Promise<InsertedToken | undefined> {
  const { rows } = await db.query<InsertedToken>({
    name: 'first-refresh-token',
    // Whoever sets a password waits for the lock, and then ends what was begun with the old one.
    text: `INSERT INTO refresh_tokens (account_id, token_hash, expires_at)
     SELECT id, $2, now() + make_interval(days => $3)
     FROM (SELECT id FROM accounts WHERE id = $1 AND password_hash = $4 FOR SHARE) AS account
     RETURNING ${INSERTED}`,
    values: [account.id, tokenHash, days, account.password_hash],
  });
  return rows[0];
}

/** The next of a family. Takes no lock of the account: its token is locked already, which whoever ends sessions comes to last. */
export async function insertNextToken(
  db: Executor,
  { accountId, familyId, tokenHash, days }: NewToken & { accountId: number; familyId: string },
): Promise<InsertedToken> {
  const { rows } = await db.query<InsertedToken>({
    name: 'next-refresh-token',
    text: `INSERT INTO refresh_tokens (account_id, token_hash, expires_at, family_id)
     VALUES ($1, $2, now() + make_interval(days => $3), $4) RETURNING ${INSERTED}`,
    values: [accountId, tokenHash, days, familyId],
  });
  return rows[0]!;
}

type NewToken = { tokenHash: string; days: number };
export type InsertedToken = { id: number; familyId: string; expiresAt: Date };
const INSERTED = 'id, family_id AS "familyId", expires_at AS "expiresAt"';

/** Locks the token until the transaction ends, so that two requests with it are judged one after the other. */
export async function lockRefreshToken(
  client: pg.PoolClient,
  tokenHash: string,
): Promise<{ token: RefreshToken | undefined; now: Date }> {
  const found = await client.query<RefreshToken>(
    `SELECT ${TOKEN} FROM refresh_tokens WHERE token_hash = $1 FOR UPDATE`,
    [tokenHash],
  );
  // The database's clock, read once the lock is ours: the same for every instance.
  const clock = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return { token: found.rows[0], now: clock.rows[0]!.now };
}

/** A token that is exchanged a second time keeps the moment of the first, so that its grace does not grow. */
export async function markRotated(db: Executor, id: number, replacedBy: number): Promise<void> {
  await db.query(
    `UPDATE refresh_tokens SET revoked = true, replaced_by = $2, rotated_at = coalesce(rotated_at, clock_timestamp())
     WHERE id = $1`,
    [id, replacedBy],
  );
}

/** A login that is still good: all tokens that came of it, by the name of their family. */
export type Session = { id: string; started_at: Date; last_used_at: Date; expires_at: Date };

/** The newest first. */
export async function listSessions(db: Executor, accountId: number): Promise<Session[]> {
  const { rows } = await db.query<Session>(
    `SELECT family_id AS id, min(created_at) AS started_at, max(created_at) AS last_used_at, max(expires_at) AS expires_at
     FROM refresh_tokens WHERE account_id = $1
     GROUP BY family_id HAVING bool_or(NOT revoked AND expires_at > now()) ORDER BY last_used_at DESC, id`,
    [accountId],
  );
  return rows;
}

/** Whether the account has had a login of this name. */
export async function hasFamily(db: Executor, accountId: number, familyId: string): Promise<boolean> {
  const { rows } = await db.query(
    'SELECT FROM refresh_tokens WHERE account_id = $1 AND family_id = $2 LIMIT 1',
    [accountId, familyId],
  );
  return rows.length > 0;
}

/** Ends a login, and returns it if it was good until then. */
export async function endFamily(tx: pg.PoolClient, familyId: string): Promise<EndedFamily[]> {
  return await endWhere(tx, 'family_id = $1', [familyId]);
}

/** Ends all logins of an account but one, and returns those that were good until then. */
export async function endOtherFamilies(
  tx: pg.PoolClient,
  accountId: number,
  kept: string | null,
): Promise<EndedFamily[]> {
  return await endWhere(tx, 'account_id = $1 AND family_id IS DISTINCT FROM $2', [accountId, kept]);
}

/** The ids of a login and of whose it was. */
export type EndedFamily = { familyId: string; accountId: number };

/** A token that is being exchanged meanwhile is waited for, and the one that came of it is seen by the next statement only. */
async function endWhere(tx: pg.PoolClient, which: string, values: unknown[]): Promise<EndedFamily[]> {
  // What was not exchanged is what the family was good by; there are two of them if a client came back with its old one.
  const text = `UPDATE refresh_tokens SET revoked = true, rotated_at = NULL
     WHERE ${which} AND (NOT revoked OR rotated_at IS NOT NULL)
     RETURNING family_id AS "familyId", account_id AS "accountId", replaced_by IS NULL AND expires_at > now() AS good`;
  const ended = new Map<string, EndedFamily>();
  for (;;) {
    const { rows } = await tx.query<EndedFamily & { good: boolean }>(text, values);
    if (rows.length === 0) return [...ended.values()];
    for (const { good, ...family } of rows) if (good) ended.set(family.familyId, family);
  }
}
