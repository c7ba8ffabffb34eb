import { prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { Company, Job, JobDetails, JobPosting, JobQuery } from '../../api/jobs.ts';

type Executor = pg.Pool | pg.PoolClient;

export const JOB = `jobs.id, jobs.title, jobs.location, job_type, remote, salary_min, salary_max, requirements,
  posted_at, json_build_object('id', companies.id, 'name', companies.name, 'industry', companies.industry) AS company`;
export const FROM = 'FROM jobs JOIN companies ON companies.id = company_id';

/** Open ones, the latest first. */
export async function listJobs(db: Executor, query: JobQuery): Promise<{ rows: Job[]; total: number }> {
  const { where, values } = filterOf(query);
  const { rows } = await db.query<Job>(
    `SELECT ${JOB} ${FROM} WHERE ${where}
     ORDER BY posted_at DESC, jobs.id DESC LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
    [...values, query.limit, (query.page - 1) * query.limit],
  );
  const counted = await db.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM jobs WHERE ${where}`,
    values,
  );
  return { rows, total: counted.rows[0]!.total };
}

/** A closed one too: who has applied for it looks at it still. */
export async function findJob(db: Executor, id: number): Promise<JobDetails | undefined> {
  const { rows } = await db.query<JobDetails>(
    prepared(`SELECT ${JOB}, jobs.description, jobs.is_active ${FROM} WHERE jobs.id = $1`, [id]),
  );
  return rows[0];
}

/** Where a job is offered, first those that have it still. */
export async function listPostings(db: Executor, jobId: number): Promise<JobPosting[]> {
  const { rows } = await db.query<JobPosting>(
    `SELECT coalesce(CASE kind WHEN 'remotive' THEN 'Remotive' END, job_sources.company, companies.name, kind) AS source,
       url, html AS description, salary, first_seen_at, expires_at, gone_at
     FROM job_postings JOIN job_sources ON job_sources.id = source_id JOIN jobs ON jobs.id = job_id
       LEFT JOIN companies ON companies.id = company_id
     WHERE job_id = $1 ORDER BY gone_at DESC NULLS FIRST, first_seen_at, source_id`,
    [jobId],
  );
  return rows;
}

export async function findCompany(db: Executor, id: number): Promise<Company | undefined> {
  const { rows } = await db.query<Company>(
    prepared(
      `SELECT id, name, industry, website, location, size,
       (SELECT count(*)::int FROM jobs WHERE company_id = companies.id AND is_active) AS open_jobs
     FROM companies WHERE id = $1`,
      [id],
    ),
  );
  return rows[0];
}

/** Open jobs by what a query says of them. */
function filterOf(query: Omit<JobQuery, 'page' | 'limit'>): { where: string; values: unknown[] } {
  const conditions = ['jobs.is_active'];
  const values: unknown[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add(
    query.q,
    (p) => `to_tsvector('english', title || ' ' || description) @@ websearch_to_tsquery('english', ${p})`,
  );
  add(query.location, (p) => `jobs.location ILIKE '%' || ${p} || '%'`);
  add(query.job_type, (p) => `job_type = ${p}`);
  add(query.remote, (p) => `remote = ${p}`);
  add(query.company_id, (p) => `company_id = ${p}`);
  add(query.min_salary, (p) => `salary_max >= ${p}`);
  return { where: conditions.join(' AND '), values };
}
