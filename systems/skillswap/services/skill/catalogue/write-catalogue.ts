import { type Db, withTransaction } from '@banyan/postgres';
import { whyNotWriter } from '@banyan/service';
import type pg from 'pg';

/** The monolith writes the catalogue. */
export class NotWriterError extends Error {
  override name = 'NotWriterError';
}

/** In a transaction in which nobody else writes skills or categories; they are read as before. Throws `NotWriterError`. */
export async function writeCatalogue<T>(pool: Db, write: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  return await withTransaction(pool, async (tx) => {
    const reason = await whyNotWriter(tx, { service: 'skill', tables: ['skill_categories', 'skills'] });
    if (reason !== undefined) throw new NotWriterError(reason);
    await tx.query('LOCK TABLE skill_categories, skills IN SHARE ROW EXCLUSIVE MODE');
    return await write(tx);
  });
}

/** A category that was not there, as others are told of it. */
export type AddedCategory = { categoryId: string; name: string; parentId: string | null };

/** SQL: the end of an INSERT into skill_categories that returns it. */
export const ADDED_CATEGORY =
  'RETURNING skill_categories.id AS "categoryId", skill_categories.name, skill_categories.parent_id AS "parentId"';
