import type pg from 'pg';
import type { Job } from '../../../api/jobs.ts';
import type { SavedSearch } from '../../../api/saved-searches.ts';
import { FROM, JOB } from '../store.ts';
import type { Compiled } from './compile.ts';

type Executor = pg.Pool | pg.PoolClient;

const SEARCH = `id, name, criteria, frequency, active, told_at, created_at,
  (SELECT count(*)::int FROM saved_search_matches WHERE search_id = id) AS found`;

export async function listSearches(db: Executor, userId: number): Promise<SavedSearch[]> {
  const { rows } = await db.query<SavedSearch>(
    `SELECT ${SEARCH} FROM saved_searches WHERE user_id = $1 ORDER BY id`,
    [userId],
  );
  return rows;
}

/** Of its owner; undefined for everybody else. */
export async function findSearch(db: Executor, userId: number, id: number): Promise<SavedSearch | undefined> {
  const { rows } = await db.query<SavedSearch>(
    `SELECT ${SEARCH} FROM saved_searches WHERE user_id = $1 AND id = $2`,
    [userId, id],
  );
  return rows[0];
}

type Kept = Pick<SavedSearch, 'name' | 'criteria' | 'frequency'>;

/** Its id; undefined if somebody has `most` already, also if two requests come at once. */
export async function insertSearch(
  tx: pg.PoolClient,
  userId: number,
  { name, criteria, frequency }: Kept,
  { query, anchors, near }: Compiled,
  most: number,
): Promise<number | undefined> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('saved_searches ' || $1::text, 0))`, [
    userId,
  ]);
  const { rows } = await tx.query<{ id: number }>(
    `INSERT INTO saved_searches (user_id, name, criteria, frequency, query, anchors, latitude, longitude)
     SELECT $1, $2, $3, $4, $5::tsquery, $6, $8, $9 WHERE (SELECT count(*) FROM saved_searches WHERE user_id = $1) < $7 RETURNING id`,
    [userId, name, criteria, frequency, query, anchors, most, near?.latitude, near?.longitude],
  );
  return rows[0]?.id;
}

export async function updateSearch(
  tx: pg.PoolClient,
  id: number,
  { name, criteria, frequency, active }: Kept & Pick<SavedSearch, 'active'>,
  { query, anchors, near }: Compiled,
): Promise<void> {
  await tx.query(
    `UPDATE saved_searches SET name = $2, criteria = $3, frequency = $4, active = $5, query = $6::tsquery, anchors = $7,
       latitude = $8, longitude = $9 WHERE id = $1`,
    [id, name, criteria, frequency, active, query, anchors, near?.latitude, near?.longitude],
  );
}

export async function deleteSearch(db: Executor, userId: number, id: number): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM saved_searches WHERE user_id = $1 AND id = $2', [
    userId,
    id,
  ]);
  return rowCount === 1;
}

export async function deleteSearchesOf(db: Executor, userId: number): Promise<void> {
  await db.query('DELETE FROM saved_searches WHERE user_id = $1', [userId]);
}

/** What a search has found, the latest first. */
export async function listFound(
  db: Executor,
  searchId: number,
  limit: number,
): Promise<{ found_at: Date; is_active: boolean; job: Job }[]> {
  const { rows } = await db.query<Job & { found_at: Date; is_active: boolean }>(
    `SELECT found_at, jobs.is_active, ${JOB} ${FROM} JOIN saved_search_matches ON job_id = jobs.id
     WHERE search_id = $1 ORDER BY found_at DESC, jobs.id DESC LIMIT $2`,
    [searchId, limit],
  );
  return rows.map(({ found_at, is_active, ...job }) => ({ found_at, is_active, job }));
}
