import type pg from 'pg';
import type { Account } from '../store.ts';
import type { Client, StoredCode, StoredRefreshToken } from './decide.ts';

type Executor = pg.Pool | pg.PoolClient;

const CLIENT = 'id, name, secret_hash, redirect_uris, scopes, is_resource_server, created_at';

export type ListedClient = Client & { created_at: Date };

export async function insertClient(db: Executor, client: Client): Promise<ListedClient> {
  const { rows } = await db.query<ListedClient>(
    `INSERT INTO oauth_clients (id, name, secret_hash, redirect_uris, scopes, is_resource_server)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${CLIENT}`,
    [
      client.id,
      client.name,
      client.secret_hash,
      client.redirect_uris,
      client.scopes,
      client.is_resource_server,
    ],
  );
  return rows[0]!;
}

export async function listClients(db: Executor): Promise<ListedClient[]> {
  const { rows } = await db.query<ListedClient>(
    `SELECT ${CLIENT} FROM oauth_clients ORDER BY created_at, id LIMIT 1000`,
  );
  return rows;
}

export async function findClient(db: Executor, id: string): Promise<Client | undefined> {
  const { rows } = await db.query<Client>(`SELECT ${CLIENT} FROM oauth_clients WHERE id = $1`, [id]);
  return rows[0];
}

/** With all that users have let it do. False: there is none. */
export async function deleteClient(db: Executor, id: string): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM oauth_clients WHERE id = $1', [id]);
  return rowCount === 1;
}

/** Undefined if the account has another password by now, also one that is just being set, or was locked: what that ends must not begin beside it. */
export async function insertGrant(
  tx: pg.PoolClient,
  grant: { clientId: string; account: Pick<Account, 'id' | 'password_hash'>; scopes: string[] },
): Promise<string | undefined> {
  // What nobody made anything of goes with the next one.
  await tx.query(
    `DELETE FROM oauth_grants WHERE account_id = $1 AND last_used_at IS NULL AND created_at < now() - interval '1 hour'`,
    [grant.account.id],
  );
  const { rows } = await tx.query<{ id: string }>(
    // Whoever sets a password waits for the lock, and then ends what was begun with the old one.
    `INSERT INTO oauth_grants (client_id, account_id, scopes)
     SELECT $1, id, $3 FROM (SELECT id FROM accounts WHERE id = $2 AND password_hash = $4 AND is_active FOR SHARE) AS account
     RETURNING id`,
    [grant.clientId, grant.account.id, grant.scopes, grant.account.password_hash],
  );
  return rows[0]?.id;
}

export async function insertCode(
  tx: pg.PoolClient,
  code: { grantId: string; hash: string; redirectUri: string; challenge: string; seconds: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO oauth_codes (code_hash, grant_id, redirect_uri, code_challenge, expires_at)
     VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))`,
    [code.hash, code.grantId, code.redirectUri, code.challenge, code.seconds],
  );
}

/** Of what a code or token came, and the time by the database's clock. */
export type Origin = { grant_id: string; account_id: number; scopes: string[]; now: Date };

const OF_GRANT = `grant_id, expires_at, used_at, client_id, account_id, scopes, revoked_at, clock_timestamp() AS now`;

/** Locked with its grant until the transaction ends: of two who bring it at once the second one is judged after the first. */
export async function lockCode(tx: pg.PoolClient, hash: string): Promise<(StoredCode & Origin) | undefined> {
  const { rows } = await tx.query<StoredCode & Origin>(
    `SELECT redirect_uri, code_challenge, ${OF_GRANT} FROM oauth_codes JOIN oauth_grants ON id = grant_id
     WHERE code_hash = $1 FOR UPDATE`,
    [hash],
  );
  return rows[0];
}

export async function lockRefreshToken(
  tx: pg.PoolClient,
  hash: string,
): Promise<(StoredRefreshToken & Origin) | undefined> {
  const { rows } = await tx.query<StoredRefreshToken & Origin>(
    `SELECT ${OF_GRANT} FROM oauth_refresh_tokens JOIN oauth_grants ON id = grant_id
     WHERE token_hash = $1 FOR UPDATE`,
    [hash],
  );
  return rows[0];
}

export async function markUsed(
  tx: pg.PoolClient,
  table: 'oauth_codes' | 'oauth_refresh_tokens',
  hash: string,
): Promise<void> {
  const key = table === 'oauth_codes' ? 'code_hash' : 'token_hash';
  await tx.query(`UPDATE ${table} SET used_at = clock_timestamp() WHERE ${key} = $1`, [hash]);
}

export async function insertRefreshToken(
  tx: pg.PoolClient,
  token: { grantId: string; hash: string; days: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO oauth_refresh_tokens (token_hash, grant_id, expires_at)
     VALUES ($1, $2, clock_timestamp() + make_interval(days => $3))`,
    [token.hash, token.grantId, token.days],
  );
  await tx.query('UPDATE oauth_grants SET last_used_at = now() WHERE id = $1', [token.grantId]);
  await tx.query('DELETE FROM oauth_refresh_tokens WHERE grant_id = $1 AND expires_at <= now()', [
    token.grantId,
  ]);
}

export type Grant = {
  id: string;
  client_name: string;
  scopes: string[];
  created_at: Date;
  last_used_at: Date | null;
};

/** Those that are good still, the newest first. */
export async function listGrants(db: Executor, accountId: number): Promise<Grant[]> {
  const { rows } = await db.query<Grant>(
    `SELECT oauth_grants.id, name AS client_name, oauth_grants.scopes, oauth_grants.created_at, last_used_at
     FROM oauth_grants JOIN oauth_clients ON oauth_clients.id = client_id
     WHERE account_id = $1 AND revoked_at IS NULL AND last_used_at IS NOT NULL
     ORDER BY oauth_grants.created_at DESC, id LIMIT 1000`,
    [accountId],
  );
  return rows;
}

/** Whose a grant is that is good still. */
export async function findGrant(
  db: Executor,
  id: string,
): Promise<{ client_id: string; account_id: number } | undefined> {
  const { rows } = await db.query<{ client_id: string; account_id: number }>(
    'SELECT client_id, account_id FROM oauth_grants WHERE id = $1 AND revoked_at IS NULL',
    [id],
  );
  return rows[0];
}

export async function findRefreshToken(
  db: Executor,
  hash: string,
): Promise<(StoredRefreshToken & Origin) | undefined> {
  const { rows } = await db.query<StoredRefreshToken & Origin>(
    `SELECT ${OF_GRANT} FROM oauth_refresh_tokens JOIN oauth_grants ON id = grant_id WHERE token_hash = $1`,
    [hash],
  );
  return rows[0];
}

/** False: the account has no such grant. Again is no error. */
export async function revokeGrantOf(db: Executor, accountId: number, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE oauth_grants SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 AND account_id = $2',
    [id, accountId],
  );
  return rowCount === 1;
}

export async function revokeGrant(db: Executor, id: string): Promise<void> {
  await db.query('UPDATE oauth_grants SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1', [id]);
}

export async function revokeGrantsOf(db: Executor, accountId: number): Promise<void> {
  await db.query('UPDATE oauth_grants SET revoked_at = now() WHERE account_id = $1 AND revoked_at IS NULL', [
    accountId,
  ]);
}
