import { readFile } from 'node:fs/promises';
import { applySchema, createPool } from '@banyan/postgres';
import type pg from 'pg';
import { readLocations } from '../../places/store.ts';
import type { JobGiven } from '../contract.ts';

/** The service's tables in an empty database, and jobs written into them by SQL, as a recruiter or a link does. */
export type JobTables = {
  pool: pg.Pool;
  put(jobs: readonly JobGiven[]): Promise<void>;
  rename(company: string, name: string): Promise<void>;
};

const ANY_COMPANY = 'Vault-Tec';

export async function openJobTables(url: string): Promise<JobTables> {
  const pool = createPool(url);
  await applySchema(pool, {
    name: 'jobs',
    sql: await readFile(new URL('../../schema.sql', import.meta.url), 'utf8'),
  });
  return {
    pool,
    async put(jobs) {
      const names = [...new Set(jobs.map(({ company = ANY_COMPANY }) => company))];
      await pool.query(
        `INSERT INTO companies (name) SELECT name FROM unnest($1::text[]) AS name
         WHERE NOT EXISTS (SELECT FROM companies WHERE companies.name = name.name)`,
        [names],
      );
      await pool.query(
        `INSERT INTO jobs (id, company_id, title, description, location, job_type, remote, salary_max, requirements, is_active, posted_at)
         SELECT job.id, companies.id, title, description, job.location, "jobType", remote, "salaryMax",
           ARRAY(SELECT jsonb_array_elements_text(requirements)), "isActive", now() - make_interval(days => "ageDays")
         FROM jsonb_to_recordset($1) AS job (id int, company text, title text, description text, location text, "jobType" text,
           remote boolean, "salaryMax" int, requirements jsonb, "isActive" boolean, "ageDays" int)
         JOIN companies ON companies.name = company
         ON CONFLICT (id) DO UPDATE SET company_id = excluded.company_id, title = excluded.title, description = excluded.description,
           location = excluded.location, is_active = excluded.is_active`,
        [JSON.stringify(jobs.map((job) => ({ ...ANY_JOB, ...job })))],
      );
      await readLocations(pool);
    },
    async rename(company, name) {
      await pool.query('UPDATE companies SET name = $2 WHERE name = $1', [company, name]);
    },
  };
}

const ANY_JOB: Omit<Required<JobGiven>, 'id' | 'title'> = {
  description: '-',
  company: ANY_COMPANY,
  location: null,
  jobType: 'full_time',
  remote: false,
  salaryMax: null,
  requirements: [],
  ageDays: 0,
  isActive: true,
};
