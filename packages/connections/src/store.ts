import { createHash } from 'node:crypto';
import type { Queryable } from '@banyan/postgres';
import { type EncryptedColumns, leasedRows } from '@banyan/service';
import type { Connection } from './api.ts';
import type { Tokens } from './oauth.ts';
import type { UserId } from './system.ts';

const CONNECTION = 'id, provider, account, scopes, state, created_at';
const ATTEMPT_MINUTES = 10;
/** Of one user: who begins again and again does not fill the table. */
const MOST_ATTEMPTS = 20;

/** What tokens, and what is remembered of an attempt, are encrypted for. */
export const contextOf = (userId: UserId) => `oauth:${userId}`;

const secret = { owner: 'user_id', contextOf } as const;

/** Every column here that keeps a secret of somebody, for `encryptedColumns`. */
export const connectionSecrets: readonly EncryptedColumns[] = [
  { table: 'oauth_connections', columns: ['access_token', 'refresh_token'], ...secret },
  { table: 'oauth_revocations', columns: ['token'], ...secret },
];

/** A state is known by its hash: whoever reads the table cannot come back in somebody's place. */
function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}

/** `attempt` is encrypted. */
export async function insertAttempt(
  tx: Queryable,
  one: { state: string; userId: UserId; provider: string; attempt: string },
): Promise<Date> {
  await tx.query(
    `DELETE FROM oauth_attempts WHERE expires_at < now() OR state_hash IN (
       SELECT state_hash FROM oauth_attempts WHERE user_id = $1 ORDER BY expires_at DESC OFFSET $2)`,
    [one.userId, MOST_ATTEMPTS - 1],
  );
  const { rows } = await tx.query<{ expires_at: Date }>(
    `INSERT INTO oauth_attempts (state_hash, user_id, provider, attempt, expires_at)
     VALUES ($1, $2, $3, $4, now() + make_interval(mins => $5)) RETURNING expires_at`,
    [hashOf(one.state), one.userId, one.provider, one.attempt, ATTEMPT_MINUTES],
  );
  return rows[0]!.expires_at;
}

/** Once, and for the user who began it: whoever else comes with its state finds nothing. */
export async function takeAttempt(
  db: Queryable,
  state: string,
  userId: UserId,
): Promise<{ provider: string; attempt: string } | undefined> {
  const { rows } = await db.query<{ provider: string; attempt: string }>(
    `DELETE FROM oauth_attempts WHERE state_hash = $1 AND user_id = $2 AND expires_at > now()
     RETURNING provider, attempt`,
    [hashOf(state), userId],
  );
  return rows[0];
}

/** Encrypted, as they are kept. */
export type KeptTokens = Pick<Tokens, 'access' | 'refresh' | 'expiresAt'>;

/** One of each account: who connects it again has new tokens in the place of the old. */
export async function saveConnection(
  tx: Queryable,
  one: { userId: UserId; provider: string; account: string; scopes: string[]; tokens: KeptTokens },
): Promise<Connection> {
  const { access, refresh, expiresAt } = one.tokens;
  const { rows } = await tx.query<Connection>(
    `INSERT INTO oauth_connections (user_id, provider, account, scopes, access_token, refresh_token, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (user_id, provider, account) DO UPDATE SET scopes = excluded.scopes, state = 'connected',
       access_token = excluded.access_token, expires_at = excluded.expires_at,
       refresh_token = coalesce(excluded.refresh_token, oauth_connections.refresh_token)
     RETURNING ${CONNECTION}`,
    [one.userId, one.provider, one.account, one.scopes, access, refresh, expiresAt],
  );
  return rows[0]!;
}

export async function listConnections(db: Queryable, userId: UserId): Promise<Connection[]> {
  const { rows } = await db.query<Connection>(
    `SELECT ${CONNECTION} FROM oauth_connections WHERE user_id = $1 ORDER BY id LIMIT 200`,
    [userId],
  );
  return rows;
}

export type KeptConnection = {
  id: number;
  userId: UserId;
  provider: string;
  state: Connection['state'];
  access: string;
  refresh: string | null;
  expiresAt: Date | null;
};

const KEPT = `id, user_id AS "userId", provider, state, access_token AS access, refresh_token AS refresh,
  expires_at AS "expiresAt"`;

/** `lock`: nobody else refreshes its tokens until the transaction is over. */
export async function findConnection(
  db: Queryable,
  userId: UserId,
  id: number,
  { lock = false }: { lock?: boolean } = {},
): Promise<KeptConnection | undefined> {
  const { rows } = await db.query<KeptConnection>(
    `SELECT ${KEPT} FROM oauth_connections WHERE user_id = $1 AND id = $2 ${lock ? 'FOR UPDATE' : ''}`,
    [userId, id],
  );
  return rows[0];
}

/** The one that was made last. */
export async function findByProvider(
  db: Queryable,
  userId: UserId,
  provider: string,
): Promise<KeptConnection | undefined> {
  const { rows } = await db.query<KeptConnection>(
    `SELECT ${KEPT} FROM oauth_connections WHERE user_id = $1 AND provider = $2 ORDER BY id DESC LIMIT 1`,
    [userId, provider],
  );
  return rows[0];
}

export async function updateTokens(db: Queryable, id: number, tokens: KeptTokens): Promise<void> {
  await db.query(
    `UPDATE oauth_connections SET access_token = $2, refresh_token = coalesce($3, refresh_token), expires_at = $4
     WHERE id = $1`,
    [id, tokens.access, tokens.refresh, tokens.expiresAt],
  );
}

export async function markLost(db: Queryable, id: number): Promise<void> {
  await db.query(`UPDATE oauth_connections SET state = 'lost' WHERE id = $1`, [id]);
}

/** Forgets a connection; what gave access to it is to be taken back then (`schema.sql`). False: there was none. */
export async function removeConnection(db: Queryable, userId: UserId, id: number): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM oauth_connections WHERE user_id = $1 AND id = $2', [
    userId,
    id,
  ]);
  return rowCount === 1;
}

/** A token that is to be taken back; `isLate`: for so long that nobody tries any more. */
export type Revocation = { id: number; userId: UserId; provider: string; token: string; isLate: boolean };

const TRIED_DAYS = 30;

export const revocations = leasedRows<Revocation>({
  table: 'oauth_revocations',
  key: 'id',
  columns: `id, user_id AS "userId", provider, token,
    created_at <= now() - make_interval(days => ${TRIED_DAYS}) AS "isLate"`,
  leaseMs: 60_000,
});

export async function deleteRevocation(db: Queryable, id: number): Promise<void> {
  await db.query('DELETE FROM oauth_revocations WHERE id = $1', [id]);
}

/** All that somebody has connected, or begun to. */
export async function forget(tx: Queryable, userId: UserId): Promise<void> {
  await tx.query('DELETE FROM oauth_attempts WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM oauth_connections WHERE user_id = $1', [userId]);
}
