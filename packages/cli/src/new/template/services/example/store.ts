import { keyset } from '@banyan/service';
import type pg from 'pg';
import type { Entry } from '../../api/example.ts';

type Executor = pg.Pool | pg.PoolClient;

const ENTRY = 'id, text, version';
const BY_ID = keyset([{ column: 'id', type: 'integer' }]);

export async function insertEntry(db: Executor, userId: string, text: string): Promise<Entry> {
  const { rows } = await db.query<Entry>(
    `INSERT INTO example_entries (user_id, text) VALUES ($1, $2) RETURNING ${ENTRY}`,
    [userId, text],
  );
  return rows[0]!;
}

/** Undefined if the user has none of that id: somebody else's is not found. */
export async function findEntry(db: Executor, userId: string, id: number): Promise<Entry | undefined> {
  const { rows } = await db.query<Entry>(
    `SELECT ${ENTRY} FROM example_entries WHERE user_id = $1 AND id = $2`,
    [userId, id],
  );
  return rows[0];
}

/** One page of a user's entries, the oldest first. Throws `BAD_CURSOR`. */
export async function listEntries(
  db: Executor,
  userId: string,
  page: { limit: number; cursor?: string },
): Promise<{ items: Entry[]; next_cursor: string | null }> {
  const text = `SELECT ${ENTRY} FROM example_entries WHERE user_id = $1`;
  return await BY_ID.page<Entry>(db, { text, values: [userId] }, page);
}
