import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { GAZETTEER, gazetteer } from './gazetteer.ts';
import type { Near } from './near.ts';
import { placesIn } from './read-location.ts';

/** Texts that are read in one transaction. */
const BATCH = 1_000;

/** Notes where the places are that are named by texts which nobody has read yet, whoever brought the jobs; gives how many texts those were. */
export async function readLocations(db: pg.Pool): Promise<number> {
  let read = 0;
  for (let count = BATCH; count === BATCH; read += count) {
    const { rows } = await db.query<{ some: boolean }>(
      'SELECT EXISTS (SELECT FROM job_locations_unread) AS some',
    );
    if (!rows[0]!.some) break;
    count = await withTransaction(db, (tx) => readBatch(tx));
  }
  return read;
}

/**
 * What a process has taken is there again if it dies, and whoever comes meanwhile waits for it: when this ends, all that was unread before is read.
 * `only`: this text alone.
 */
export async function readBatch(tx: pg.PoolClient, only: string | null = null): Promise<number> {
  const taken = await tx.query<{ location: string }>(
    `DELETE FROM job_locations_unread WHERE ctid IN (
       SELECT ctid FROM job_locations_unread WHERE $2::text IS NULL OR location = $2 LIMIT $1 FOR UPDATE) RETURNING location`,
    [BATCH, only],
  );
  const locations = [...new Set(taken.rows.map(({ location }) => location))].sort();
  const points = locations.flatMap((location) =>
    placesIn(location, gazetteer()).map(({ latitude, longitude }) => ({ location, latitude, longitude })),
  );
  const { rows } = await tx.query<{ location: string }>(
    `INSERT INTO job_locations (location, gazetteer) SELECT location, $2 FROM unnest($1::text[]) AS location ORDER BY location
     ON CONFLICT DO NOTHING RETURNING location`,
    [locations, GAZETTEER],
  );
  await tx.query(
    `INSERT INTO job_location_points (location, latitude, longitude)
     SELECT location, latitude, longitude FROM jsonb_to_recordset($1) AS point (location text, latitude float8, longitude float8)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(points)],
  );
  await tx.query(
    `INSERT INTO job_search_changes (job_id) SELECT job_id FROM job_search
     WHERE location = ANY ($1) AND EXISTS (SELECT FROM job_search_indexes) ORDER BY job_id`,
    [rows.map(({ location }) => location)],
  );
  return taken.rows.length;
}

/** What was read by another gazetteer is to be read again. */
export async function forgetOtherGazetteers(db: pg.Pool): Promise<void> {
  await db.query(
    `WITH other AS (DELETE FROM job_locations WHERE gazetteer <> $1 RETURNING location)
     INSERT INTO job_locations_unread (location) SELECT location FROM other`,
    [GAZETTEER],
  );
}

/** How far the nearest place of each of these texts is, km; none of those whose places are not known. */
export async function distancesOf(
  db: pg.Pool,
  { latitude, longitude }: Near,
  locations: readonly (string | null)[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ location: string; km: number }>(
    `SELECT location, min(km_between($2, $3, latitude, longitude)) AS km FROM job_location_points
     WHERE location = ANY ($1) GROUP BY location`,
    [locations.filter((location) => location !== null), latitude, longitude],
  );
  return new Map(rows.map(({ location, km }) => [location, Math.round(km * 10) / 10]));
}
