import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { type SearchServer, SearchServerError } from './client.ts';
import { ALIAS, DEFINITION, FORM } from './definition.ts';
import { documentsOf } from './documents.ts';

/** Changes that go in one request. */
const BATCH = 500;

type Index = { name: string; form: string; whole_at: string };

/**
 * Brings what has changed to the indexes, one batch; gives how much that was. A change is forgotten in the transaction that has seen it
 * arrive, so a process that dies brings it again; each index keeps the latest of a job by the number of its change, however late an
 * earlier one arrives. One process does so at a time; for the others there is nothing to do.
 */
export async function bringChanges(pool: pg.Pool, server: SearchServer): Promise<number> {
  return await withTransaction(pool, async (tx) => {
    if (!(await isOurTurn(tx))) return 0;
    const indexes = await existing(tx, server, await ready(tx, server));
    const { rows } = await tx.query<{ job_id: number; change: string }>(
      `WITH taken AS (
         DELETE FROM job_search_changes WHERE id IN (SELECT id FROM job_search_changes ORDER BY id LIMIT $1) RETURNING id, job_id)
       SELECT job_id, max(id)::text AS change FROM taken GROUP BY job_id`,
      [BATCH],
    );
    await bring(tx, server, indexes, rows);
    if (rows.length < BATCH) await switchToCurrent(tx, server, indexes);
    return rows.length;
  });
}

/** Until the transaction ends. */
async function isOurTurn(tx: pg.PoolClient): Promise<boolean> {
  const { rows } = await tx.query<{ ours: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('job_search_changes', 0)) AS ours`,
  );
  return rows[0]!.ours;
}

/** The indexes that are kept; if none has the form of today, a new one is among them, which gets all jobs as changes. */
async function ready(tx: pg.PoolClient, server: SearchServer): Promise<Index[]> {
  const { rows } = await tx.query<Index>('SELECT name, form, whole_at FROM job_search_indexes');
  if (rows.some(({ form }) => form === FORM)) return rows;
  const name = `${ALIAS}-${Date.now()}`;
  await server.ask('PUT', name, DEFINITION);
  // Whoever changes a job waits, or has changed it: it either tells of the change, since it sees the index, or is among all jobs.
  await tx.query('LOCK TABLE job_search IN SHARE MODE');
  await tx.query('INSERT INTO job_search_changes (job_id) SELECT job_id FROM job_search ORDER BY job_id');
  const made = await tx.query<Index>(
    `INSERT INTO job_search_indexes (name, form, whole_at)
     VALUES ($1, $2, (SELECT coalesce(max(id), 0) FROM job_search_changes)) RETURNING *`,
    [name, FORM],
  );
  return [...rows, ...made.rows];
}

/** Without those that the server has lost: they are made anew. */
async function existing(
  tx: pg.PoolClient,
  server: SearchServer,
  indexes: readonly Index[],
): Promise<Index[]> {
  const found: Index[] = [];
  for (const index of indexes) {
    if (await isThere(server, index.name)) found.push(index);
    else await tx.query('DELETE FROM job_search_indexes WHERE name = $1', [index.name]);
  }
  return found;
}

async function isThere(server: SearchServer, name: string): Promise<boolean> {
  try {
    await server.ask('GET', `${name}/_settings`);
    return true;
  } catch (error) {
    if (error instanceof SearchServerError && error.status === 404) return false;
    throw error;
  }
}

type BulkAnswer = { items: Record<string, { status: number; error?: { type: string; reason: string } }>[] };

async function bring(
  tx: pg.PoolClient,
  server: SearchServer,
  indexes: readonly Index[],
  changes: readonly { job_id: number; change: string }[],
): Promise<void> {
  const documents = await documentsOf(
    tx,
    changes.map(({ job_id }) => job_id),
  );
  const lines: object[] = indexes.flatMap(({ name }) =>
    changes.flatMap(({ job_id, change }): object[] => {
      const about = {
        _index: name,
        _id: String(job_id),
        version: Number(change),
        version_type: 'external_gte',
      };
      const document = documents.get(job_id);
      return document ? [{ index: about }, document] : [{ delete: about }];
    }),
  );
  if (lines.length === 0) return;
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const { items } = await server.ask<BulkAnswer>('POST', '_bulk', body);
  // 409: it has a later one. 404: what is to go is not there.
  const failed = items
    .flatMap(Object.values)
    .find(({ status }) => status >= 300 && status !== 409 && status !== 404);
  if (failed)
    throw new SearchServerError(
      `a change was refused: ${failed.error?.type}: ${failed.error?.reason}`,
      failed,
    );
}

/** The index of today's form is searched once it has had all jobs, and all others go, those of a try that failed too. */
async function switchToCurrent(
  tx: pg.PoolClient,
  server: SearchServer,
  indexes: readonly Index[],
): Promise<void> {
  const current = indexes.find(({ form }) => form === FORM);
  if (!current || !(await isWhole(tx, current))) return;
  const known = await server.ask<Record<string, { aliases: Record<string, unknown> }>>(
    'GET',
    `${ALIAS}-*/_alias`,
  );
  const others = Object.keys(known).filter((name) => name !== current.name);
  if (others.length === 0 && known[current.name]?.aliases[ALIAS]) return;
  await server.ask('POST', `${current.name}/_refresh`);
  await server.ask('POST', '_aliases', {
    actions: [
      { add: { index: current.name, alias: ALIAS } },
      ...others.map((index) => ({ remove_index: { index } })),
    ],
  });
  await tx.query('DELETE FROM job_search_indexes WHERE name <> $1', [current.name]);
}

async function isWhole(tx: pg.PoolClient, { whole_at }: Index): Promise<boolean> {
  const { rows } = await tx.query('SELECT FROM job_search_changes WHERE id <= $1 LIMIT 1', [whole_at]);
  return rows.length === 0;
}

/** Where nobody brings changes any more nobody notes them either. */
export async function forgetIndexes(pool: pg.Pool): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query('DELETE FROM job_search_indexes');
    if (rowCount !== 0) await tx.query('DELETE FROM job_search_changes');
  });
}
