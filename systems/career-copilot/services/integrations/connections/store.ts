import { createHash } from 'node:crypto';
import { leasedRows } from '@banyan/service';
import type pg from 'pg';
import type { Connection } from '../../../api/connections.ts';
import type { Tokens } from './oauth.ts';
import { CALDAV } from './providers.ts';

type Executor = pg.Pool | pg.PoolClient;

const CONNECTION = 'id, provider, account, scopes, state, created_at';
const ATTEMPT_MINUTES = 10;
/** Of one user: who begins again and again does not fill the table. */
const MOST_ATTEMPTS = 20;

/** What tokens, and what is remembered of an attempt, are encrypted for. */
export const contextOf = (userId: number) => `oauth:${userId}`;

/** A state is known by its hash: whoever reads the table cannot come back in somebody's place. */
function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}

/** `attempt` is encrypted. */
export async function insertAttempt(
  tx: pg.PoolClient,
  one: { state: string; userId: number; provider: string; attempt: string },
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
  db: Executor,
  state: string,
  userId: number,
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
  tx: pg.PoolClient,
  one: { userId: number; provider: string; account: string; scopes: string[]; tokens: KeptTokens },
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

export async function listConnections(db: Executor, userId: number): Promise<Connection[]> {
  const { rows } = await db.query<Connection>(
    `SELECT ${CONNECTION} FROM oauth_connections WHERE user_id = $1 ORDER BY id LIMIT 200`,
    [userId],
  );
  return rows;
}

export type KeptConnection = {
  id: number;
  userId: number;
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
  db: Executor,
  userId: number,
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
  db: Executor,
  userId: number,
  provider: string,
): Promise<KeptConnection | undefined> {
  const { rows } = await db.query<KeptConnection>(
    `SELECT ${KEPT} FROM oauth_connections WHERE user_id = $1 AND provider = $2 ORDER BY id DESC LIMIT 1`,
    [userId, provider],
  );
  return rows[0];
}

export async function updateTokens(db: Executor, id: number, tokens: KeptTokens): Promise<void> {
  await db.query(
    `UPDATE oauth_connections SET access_token = $2, refresh_token = coalesce($3, refresh_token), expires_at = $4
     WHERE id = $1`,
    [id, tokens.access, tokens.refresh, tokens.expiresAt],
  );
}

export async function markLost(db: Executor, id: number): Promise<void> {
  await db.query(`UPDATE oauth_connections SET state = 'lost' WHERE id = $1`, [id]);
}

/**
 * Forgets a connection, or all that somebody has; what gives access goes to those that are to be taken back at their providers. A password
 * is forgotten, since nobody takes that back. False: there was none.
 */
export async function removeConnections(db: Executor, userId: number, id?: number): Promise<boolean> {
  const { rows } = await db.query<{ count: number }>(
    `WITH removed AS (
       DELETE FROM oauth_connections WHERE user_id = $1 AND ($2::integer IS NULL OR id = $2) RETURNING *
     ), kept AS (
       INSERT INTO oauth_revocations (user_id, provider, token)
       SELECT user_id, provider, coalesce(refresh_token, access_token) FROM removed
       WHERE state = 'connected' AND provider <> $3
     )
     SELECT count(*)::integer AS count FROM removed`,
    [userId, id ?? null, CALDAV],
  );
  return rows[0]!.count > 0;
}

/** A token that is to be taken back; `isLate`: for so long that nobody tries any more. */
export type Revocation = { id: number; userId: number; provider: string; token: string; isLate: boolean };

const TRIED_DAYS = 30;

export const revocations = leasedRows<Revocation>({
  table: 'oauth_revocations',
  key: 'id',
  columns: `id, user_id AS "userId", provider, token,
    created_at <= now() - make_interval(days => ${TRIED_DAYS}) AS "isLate"`,
  leaseMs: 60_000,
});

export async function deleteRevocation(db: Executor, id: number): Promise<void> {
  await db.query('DELETE FROM oauth_revocations WHERE id = $1', [id]);
}

export async function forget(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('DELETE FROM oauth_attempts WHERE user_id = $1', [userId]);
  await removeConnections(tx, userId);
}
