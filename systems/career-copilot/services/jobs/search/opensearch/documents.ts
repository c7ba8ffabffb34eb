import type pg from 'pg';
import { textOf } from '../../connectors/html.ts';
import { unmarked } from '../marks.ts';

type Document = {
  job_id: number;
  company_id: number;
  title: string;
  about: string;
  description: string;
  job_type: string;
  remote: boolean;
  location: string | null;
  place: string;
  /** None: no place of it is known, or nobody has read it yet, who then notes a change. */
  points: { lat: number; lon: number }[];
  salary_max: number | null;
  seniority: string;
  posted_at: number;
};

/** What is searched of these jobs, of those that are open: tags in a description are no words. */
export async function documentsOf(tx: pg.PoolClient, ids: readonly number[]): Promise<Map<number, Document>> {
  const { rows } = await tx.query<Document>(
    `SELECT job_id, job_search.company_id, jobs.title, description, job_search.job_type, job_search.remote, job_search.location, place,
       ARRAY(SELECT json_build_object('lat', latitude, 'lon', longitude) FROM job_location_points AS point
         WHERE point.location = job_search.location) AS points,
       job_search.salary_max, seniority, floor(extract(epoch FROM job_search.posted_at) * 1000)::float8 AS posted_at,
       concat_ws(' ', name, array_to_string(requirements, ', '), job_search.location, CASE WHEN job_search.remote THEN 'remote' END) AS about
     FROM job_search JOIN jobs ON jobs.id = job_id LEFT JOIN companies ON companies.id = job_search.company_id
     WHERE job_id = ANY ($1)`,
    [ids],
  );
  return new Map(
    rows.map((row) => [
      row.job_id,
      { ...row, title: unmarked(row.title), description: textOf(unmarked(row.description)) },
    ]),
  );
}
