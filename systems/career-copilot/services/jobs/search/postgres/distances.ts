import type pg from 'pg';
import type { Near } from '../../places/near.ts';
import { distancesOf } from '../../places/store.ts';
import type { Found } from '../search.ts';
import type { Asked } from './asked.ts';
import { filterOf, matching } from './filter.ts';
import { allOf } from './parts.ts';
import { SAMPLE, SAMPLED } from './sample.ts';

/** Beyond so many of the sample all are not counted any more. */
const MOST_OF_SAMPLE = 400;

/** What was found, and if it was to be near a place how far each job is, and how many are left out. */
export async function withDistances<Searched extends Pick<Found, 'jobs'>>(
  pool: pg.Pool,
  asked: Pick<Asked, 'query' | 'parts' | 'near'>,
  searched: Promise<Searched>,
): Promise<Searched & Pick<Found, 'left_out'>> {
  const { near } = asked;
  if (!near) return await searched;
  const [found, left_out] = await Promise.all([searched, leftOutOf(pool, asked, near)]);
  const distances = await distancesOf(
    pool,
    near,
    found.jobs.map(({ location }) => location),
  );
  const jobs = found.jobs.map((job) => ({
    ...job,
    distance_km: (job.location === null ? undefined : distances.get(job.location)) ?? null,
  }));
  return { ...found, jobs, left_out };
}

/** How many jobs fit but for their distance, which is not known. */
async function leftOutOf(
  pool: pg.Pool,
  { query, parts }: Pick<Asked, 'query' | 'parts'>,
  near: Near,
): Promise<number> {
  // Nothing is found by words that count nowhere.
  if (parts.length === 0 && query.q !== undefined) return 0;
  const count = async (words: string) => {
    const values: unknown[] = [];
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM job_search
       WHERE ${matching(words, 'words', values)} ${filterOf(query, undefined, values)} ${near.orRemote ? 'AND NOT remote' : ''}
         AND NOT EXISTS (SELECT FROM job_location_points AS point WHERE point.location = job_search.location)`,
      values,
    );
    return rows[0]!.count;
  };
  const sampled = await count(allOf([...parts, SAMPLE]));
  return sampled > MOST_OF_SAMPLE ? sampled * SAMPLED : await count(allOf(parts));
}
