import type pg from 'pg';
import { DISTANCE } from '../../../api/jobs.ts';
import { readBatch } from '../places/store.ts';

/** What is searched of an open job (schema.sql), and the marks by which its searches are found. */
const JOB = 'SELECT * FROM job_search WHERE job_id = $1';
const MARKS = `tsvector_to_array(job.words)
  || ARRAY[':company ' || job.company_id, ':type ' || job.job_type, ':level ' || job.seniority, ':remote ' || job.remote, ':any']`;

/** Whether a search that may find a job (`search`, `job`) does: as a search of this moment has it. */
const FINDS = `(search.query IS NULL OR job.words @@ search.query)
  AND (NOT criteria ? 'location' OR strpos(job.place, lower(criteria ->> 'location')) > 0)
  AND (NOT criteria ? 'job_type' OR job.job_type = criteria ->> 'job_type')
  AND (NOT criteria ? 'remote' OR job.remote = (criteria ->> 'remote')::boolean)
  AND (NOT criteria ? 'company_id' OR job.company_id = (criteria ->> 'company_id')::integer)
  AND (NOT criteria ? 'seniority' OR job.seniority = criteria ->> 'seniority')
  AND (NOT criteria ? 'min_salary' OR job.salary_max >= (criteria ->> 'min_salary')::integer)
  AND (search.latitude IS NULL OR job.remote AND coalesce((criteria ->> 'or_remote')::boolean, false) OR EXISTS (
    SELECT FROM job_location_points AS point WHERE point.location = job.location
      AND km_between(search.latitude, search.longitude, point.latitude, point.longitude) <= coalesce((criteria ->> 'within')::float8, ${DISTANCE.usual})))`;

/** When a search's owner is told of what it finds now. */
const DUE = `CASE frequency
  WHEN 'daily' THEN greatest(now(), coalesce(told_at, created_at) + interval '1 day')
  WHEN 'weekly' THEN greatest(now(), coalesce(told_at, created_at) + interval '7 days') ELSE now() END`;

/** Which active searches find a job: by the index of their anchors, not by a look at each. */
export const FINDING = `
  SELECT search.id FROM (${JOB}) AS job, saved_searches AS search
  WHERE search.active AND search.anchors && (${MARKS}) AND ${FINDS}`;

/** Notes for each search that finds the job that it does, once; their owners are told when they are due. */
export async function percolate(tx: pg.PoolClient, jobId: number): Promise<void> {
  await readPlacesOf(tx, jobId);
  await tx.query(
    `WITH found AS (
       INSERT INTO saved_search_matches (search_id, job_id) SELECT id, $1::integer FROM (${FINDING}) AS search ORDER BY id
       ON CONFLICT DO NOTHING RETURNING search_id)
     UPDATE saved_searches SET due_at = coalesce(due_at, ${DUE}) WHERE id IN (SELECT search_id FROM found)`,
    [jobId],
  );
}

/** If there are searches that ask for it: a job is told of before anybody else may have read where it is. */
async function readPlacesOf(tx: pg.PoolClient, jobId: number): Promise<void> {
  const { rows } = await tx.query<{ location: string }>(
    `SELECT location FROM job_search WHERE job_id = $1 AND location IN (SELECT location FROM job_locations_unread)
       AND EXISTS (SELECT FROM saved_searches WHERE active AND latitude IS NOT NULL)`,
    [jobId],
  );
  if (rows[0]) await readBatch(tx, rows[0].location);
}

/** What is due is due by the search's new frequency. */
export async function dueAnew(tx: pg.PoolClient | pg.Pool, searchId: number): Promise<void> {
  await tx.query(`UPDATE saved_searches SET due_at = ${DUE} WHERE id = $1 AND due_at IS NOT NULL`, [
    searchId,
  ]);
}
