import { randomBytes } from 'node:crypto';
import { keyset } from '@banyan/service';
import type pg from 'pg';
import type { HmacSettings, NewSource, Receipt, Source } from '../../../api/incoming.ts';
import type { Scheme } from './scheme.ts';

type Executor = pg.Pool | pg.PoolClient;

const SOURCE = 'id, name, scheme, settings, created_at';
const BY_ID = keyset([{ column: 'id', type: 'integer' }]);
const LATEST_FIRST = keyset([{ column: 'id', type: 'bigint', descending: true }]);

/** Of one user. */
const MOST_SOURCES = 20;
/** What one source may send in an hour; more is refused until it is less. */
const MOST_AN_HOUR = 600;

/** What a source's secret is encrypted for. */
export const contextOf = (userId: number) => `incoming-source:${userId}`;

/** The token is what its address ends with. */
export type StoredSource = Omit<Source, 'path'> & { token: string };

/** Undefined: the user has as many as one may have. `secret` is encrypted. */
export async function insertSource(
  tx: pg.PoolClient,
  userId: number,
  { name, scheme, settings }: NewSource,
  secret: string,
): Promise<StoredSource | undefined> {
  // Of two at once the second counts what the first has made.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('incoming_sources'), $1)`, [userId]);
  const token = randomBytes(24).toString('base64url');
  const { rows } = await tx.query<StoredSource>(
    `INSERT INTO incoming_sources (user_id, name, scheme, settings, secret, token)
     SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM incoming_sources WHERE user_id = $1) < $7
     RETURNING ${SOURCE}, token`,
    [userId, name, scheme, settings ?? null, secret, token, MOST_SOURCES],
  );
  return rows[0];
}

export async function listSources(
  db: Executor,
  userId: number,
  page: { limit: number; cursor?: string },
): Promise<{ items: StoredSource[]; next_cursor: string | null }> {
  const text = `SELECT ${SOURCE}, token FROM incoming_sources WHERE user_id = $1`;
  return await BY_ID.page<StoredSource>(db, { text, values: [userId] }, page);
}

/** With all that it has sent. */
export async function deleteSource(db: Executor, userId: number, id: number): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM incoming_sources WHERE user_id = $1 AND id = $2', [
    userId,
    id,
  ]);
  return rowCount === 1;
}

/** By which a request is judged: what is known of the source of an address. */
export type Known = Scheme & { id: number; userId: number; secret: string; isBusy: boolean };

export async function findByToken(db: Executor, token: string): Promise<Known | undefined> {
  const { rows } = await db.query<{
    id: number;
    userId: number;
    secret: string;
    scheme: Scheme['scheme'];
    settings: HmacSettings | null;
    isBusy: boolean;
  }>(
    `SELECT id, user_id AS "userId", secret, scheme, settings, (
       SELECT count(*) FROM (
         SELECT 1 FROM incoming_receipts r
         WHERE r.source_id = s.id AND r.received_at > now() - interval '1 hour' LIMIT $2
       ) recent
     ) >= $2 AS "isBusy"
     FROM incoming_sources s WHERE token = $1`,
    [token, MOST_AN_HOUR],
  );
  return rows[0] as Known | undefined;
}

/** Undefined: it was received before, by its id or by what was signed. */
export async function insertReceipt(
  tx: pg.PoolClient,
  sourceId: number,
  receipt: { messageId: string | null; contentHash: string; contentType: string; body: Buffer },
): Promise<number | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO incoming_receipts (source_id, message_id, content_hash, content_type, body)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id`,
    [sourceId, receipt.messageId, receipt.contentHash, receipt.contentType, receipt.body],
  );
  return rows[0] && Number(rows[0].id);
}

/** The latest first; undefined if the user has no such source. */
export async function listReceipts(
  db: Executor,
  userId: number,
  sourceId: number,
  page: { limit: number; cursor?: string },
): Promise<{ items: Receipt[]; next_cursor: string | null } | undefined> {
  const { rowCount } = await db.query('SELECT 1 FROM incoming_sources WHERE user_id = $1 AND id = $2', [
    userId,
    sourceId,
  ]);
  if (rowCount === 0) return undefined;
  const text = `SELECT id, message_id, content_type, length(body) AS bytes, received_at
    FROM incoming_receipts WHERE source_id = $1`;
  const { items, next_cursor } = await LATEST_FIRST.page<Receipt>(db, { text, values: [sourceId] }, page);
  // The driver gives bigint as text.
  return { items: items.map((one) => ({ ...one, id: Number(one.id) })), next_cursor };
}

/** As it came; undefined if the user has none of that id. */
export async function findBody(
  db: Executor,
  userId: number,
  sourceId: number,
  receiptId: number,
): Promise<{ contentType: string; body: Buffer } | undefined> {
  const { rows } = await db.query<{ contentType: string; body: Buffer }>(
    `SELECT r.content_type AS "contentType", r.body FROM incoming_receipts r JOIN incoming_sources s ON s.id = r.source_id
     WHERE s.user_id = $1 AND s.id = $2 AND r.id = $3`,
    [userId, sourceId, receiptId],
  );
  return rows[0];
}

export async function forget(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('DELETE FROM incoming_sources WHERE user_id = $1', [userId]);
}
