import { type Db, type Queryable, withTransaction } from '@banyan/postgres';
import { keptText } from '../failure.ts';
import { EventStoreError } from '../store/errors.ts';
import type { Projection } from './define.ts';

/** An event that a projection goes without. */
export type Skipped = { position: number; error: string; who: string; note: string; at: string };

/**
 * Lets the projection go on without the event at which it has stopped, with a record of who wants that and why. Holds for this version,
 * also when it is built anew. Throws `PROJECTION_NOT_FAILED`. Returns the position.
 */
export async function skipFailed(
  pool: Db,
  { name, version }: Pick<Projection, 'name' | 'version'>,
  { who, note }: { who: string; note: string },
): Promise<number> {
  return await withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ build: number; failed_position: string; error: string }>(
      `SELECT build, failed_position, error FROM banyan_events.projections
       WHERE name = $1 AND version = $2 AND failed_position IS NOT NULL ORDER BY build LIMIT 1 FOR UPDATE`,
      [name, version],
    );
    const [failed] = rows;
    if (!failed) throw new EventStoreError('PROJECTION_NOT_FAILED', { name });
    await tx.query(
      `INSERT INTO banyan_events.projection_skips (name, version, position, error, who, note)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [name, version, failed.failed_position, failed.error, keptText(who), keptText(note)],
    );
    await tx.query(
      'UPDATE banyan_events.projections SET error = NULL, failed_position = NULL WHERE name = $1 AND build = $2',
      [name, failed.build],
    );
    return Number(failed.failed_position);
  });
}

/** Lets the projection try again the event at which it has stopped, if it has. */
export async function resumeFailed(
  db: Queryable,
  { name, version }: Pick<Projection, 'name' | 'version'>,
): Promise<void> {
  await db.query(
    'UPDATE banyan_events.projections SET error = NULL, failed_position = NULL WHERE name = $1 AND version = $2',
    [name, version],
  );
}

/** Positions that this version goes without, in order. */
export async function skippedBy(
  db: Queryable,
  { name, version }: Pick<Projection, 'name' | 'version'>,
): Promise<number[]> {
  const { rows } = await db.query<{ position: string }>(
    'SELECT position FROM banyan_events.projection_skips WHERE name = $1 AND version = $2 ORDER BY position',
    [name, version],
  );
  return rows.map(({ position }) => Number(position));
}
