import { keyset } from '@banyan/service';
import type pg from 'pg';
import type { Endpoint, EndpointChange, NewEndpoint } from '../../../api/integrations.ts';

type Executor = pg.Pool | pg.PoolClient;

const ENDPOINT = 'id, url, description, event_types, disabled, failing_since, created_at, version';
const BY_ID = keyset([{ column: 'id', type: 'integer' }]);

/** Of one user; who has more must remove one first. */
const MOST_ENDPOINTS = 10;

/** What an endpoint's secrets are encrypted for: known before the row is. */
export const contextOf = (userId: number) => `webhook-endpoint:${userId}`;

/** Undefined: the user has as many as one may have. `secret` is encrypted. */
export async function insertEndpoint(
  tx: pg.PoolClient,
  userId: number,
  { url, description = '', event_types: types, enabled = true }: NewEndpoint,
  secret: string,
): Promise<Endpoint | undefined> {
  // Of two at once the second counts what the first has made.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('webhook_endpoints'), $1)`, [userId]);
  const { rows } = await tx.query<Endpoint>(
    `INSERT INTO webhook_endpoints (user_id, url, description, event_types, secret, disabled)
     SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM webhook_endpoints WHERE user_id = $1) < $7
     RETURNING ${ENDPOINT}`,
    [userId, url, description, [...new Set(types)], secret, enabled ? null : 'by_owner', MOST_ENDPOINTS],
  );
  return rows[0];
}

/** Undefined if the user has none of that id: somebody else's is not found. */
export async function findEndpoint(db: Executor, userId: number, id: number): Promise<Endpoint | undefined> {
  const { rows } = await db.query<Endpoint>(
    `SELECT ${ENDPOINT} FROM webhook_endpoints WHERE user_id = $1 AND id = $2`,
    [userId, id],
  );
  return rows[0];
}

export async function listEndpoints(
  db: Executor,
  userId: number,
  page: { limit: number; cursor?: string },
): Promise<{ items: Endpoint[]; next_cursor: string | null }> {
  const text = `SELECT ${ENDPOINT} FROM webhook_endpoints WHERE user_id = $1`;
  return await BY_ID.page<Endpoint>(db, { text, values: [userId] }, page);
}

/**
 * Changes what is stated. One that is enabled again begins anew: what failed before does not count, and what was pending when it was
 * disabled goes out. Undefined if the user has none of that id, or none of these versions (undefined: any).
 */
export async function changeEndpoint(
  db: Executor,
  userId: number,
  id: number,
  { url, description, event_types: types, enabled }: EndpointChange,
  versions: string[] | undefined,
): Promise<Endpoint | undefined> {
  const { rows } = await db.query<Endpoint>(
    `UPDATE webhook_endpoints SET version = version + 1,
       url = coalesce($4, url), description = coalesce($5, description), event_types = coalesce($6, event_types),
       disabled = CASE WHEN $7::boolean THEN NULL WHEN NOT $7 THEN coalesce(disabled, 'by_owner') ELSE disabled END,
       failing_since = CASE WHEN $7 AND disabled IS NOT NULL THEN NULL ELSE failing_since END
     WHERE user_id = $1 AND id = $2 AND ($3::text[] IS NULL OR version::text = ANY ($3)) RETURNING ${ENDPOINT}`,
    [userId, id, versions, url, description, types && [...new Set(types)], enabled],
  );
  return rows[0];
}

/** With all that was to be sent to it. */
export async function deleteEndpoint(db: Executor, userId: number, id: number): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM webhook_endpoints WHERE user_id = $1 AND id = $2', [
    userId,
    id,
  ]);
  return rowCount === 1;
}

/** The old secret signs beside the new one for so long; whichever was before it signs nothing any more. */
export async function rotateSecret(
  db: Executor,
  userId: number,
  id: number,
  secret: string,
  overlapHours: number,
): Promise<Date | undefined> {
  const { rows } = await db.query<{ until: Date }>(
    `UPDATE webhook_endpoints SET version = version + 1, previous_secret = secret, secret = $3,
       previous_until = now() + make_interval(hours => $4)
     WHERE user_id = $1 AND id = $2 RETURNING previous_until AS until`,
    [userId, id, secret, overlapHours],
  );
  return rows[0]?.until;
}
