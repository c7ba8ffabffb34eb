import { withTransaction } from '@banyan/postgres';
import { whyNotWriter } from '@banyan/service';
import type pg from 'pg';
import { type Ledger, removeApplication } from '../commands.ts';
import { deleteDocuments, lockDocumentsOf, releaseContentsOf } from '../documents/store.ts';
import { lockApplication } from '../store.ts';

/** Of an application whose row is not this service's to delete: what only this service has of it. */
const OWN_PARTS = [
  'application_reasons',
  'application_contacts',
  'next_actions',
  'application_postings',
  'application_details',
];
/** Rows that replication brings, and takes back to the monolith. */
const SHARED = ['applications', 'application_notes', 'application_timeline', 'documents', 'notifications'];

/** Somebody's account is deleted: what they have here goes, from now on and until nothing is left. */
export async function beginErasure(tx: pg.PoolClient, userId: number): Promise<void> {
  await tx.query('INSERT INTO erasures (user_id) VALUES ($1) ON CONFLICT DO NOTHING', [userId]);
}

/**
 * Erases a part of what somebody whose account is deleted has here: each in a transaction, so that it goes on wherever it was when a process
 * died. First what is this service's alone. Rows that replication brings, once they are all this service's: before, the monolith owns them, and would
 * send them again. Resolves with whether something was done, so that there may be more.
 */
export async function eraseSome(pool: pg.Pool, ledger: Ledger, service: string): Promise<boolean> {
  return (await eraseOwn(pool)) || (await eraseShared(pool, ledger, service));
}

async function eraseOwn(pool: pg.Pool): Promise<boolean> {
  return await withTransaction(pool, async (tx) => {
    const userId = await next(tx, 'own_erased_at IS NULL');
    if (userId === undefined) return false;
    await lockDocumentsOf(tx, userId);
    await releaseContentsOf(tx, userId);
    for (const table of OWN_PARTS) {
      await tx.query(
        `DELETE FROM ${table} USING applications WHERE application_id = applications.id AND user_id = $1`,
        [userId],
      );
    }
    for (const table of ['submissions', 'submission_days'])
      await tx.query(`DELETE FROM ${table} WHERE user_id = $1`, [userId]);
    await tx.query('UPDATE erasures SET own_erased_at = now() WHERE user_id = $1', [userId]);
    return true;
  });
}

async function eraseShared(pool: pg.Pool, ledger: Ledger, service: string): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM erasures WHERE erased_at IS NULL LIMIT 1');
  if (rowCount === 0) return false;
  return await withTransaction(pool, async (tx) => {
    if ((await whyNotWriter(tx, { service, tables: SHARED })) !== undefined) return false;
    const userId = await next(tx, 'own_erased_at IS NOT NULL AND erased_at IS NULL');
    if (userId === undefined) return false;
    const { rows } = await tx.query<{ id: number }>(
      'SELECT id FROM applications WHERE user_id = $1 LIMIT $2',
      [userId, AT_ONCE],
    );
    for (const { id } of rows) {
      const row = await lockApplication(tx, userId, id);
      if (row) await removeApplication(tx, ledger, row, { actor: ERASURE });
    }
    if (rows.length === AT_ONCE) return true;
    await lockDocumentsOf(tx, userId);
    const documents = await tx.query<{ id: number }>('SELECT id FROM documents WHERE user_id = $1', [userId]);
    await deleteDocuments(
      tx,
      documents.rows.map(({ id }) => id),
    );
    for (const table of ['notifications', 'document_numbers', 'submissions', 'submission_days'])
      await tx.query(`DELETE FROM ${table} WHERE user_id = $1`, [userId]);
    await tx.query('UPDATE erasures SET erased_at = now() WHERE user_id = $1', [userId]);
    return true;
  });
}

/** Of applications in one transaction. */
const AT_ONCE = 100;
/** Who did it, as their last event says: not whose they were. */
const ERASURE = 'erasure';

async function next(tx: pg.PoolClient, condition: string): Promise<number | undefined> {
  const { rows } = await tx.query<{ user_id: number }>(
    `SELECT user_id FROM erasures WHERE ${condition} ORDER BY deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return rows[0]?.user_id;
}
