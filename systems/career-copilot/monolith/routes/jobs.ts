import type { FastifyInstance } from 'fastify';
import { Id, Page, paged } from '../../api/common.ts';
import { Company, Job, JobDetails, JobQuery } from '../../api/jobs.ts';
import { ApiError, statusesOf } from '../../kit/legacy-errors.ts';
import type { Context } from '../context.ts';

export function jobRoutes(app: FastifyInstance, { pool }: Context): void {
  app.get<{ Querystring: JobQuery }>(
    '/jobs',
    { schema: { querystring: JobQuery, response: { 200: Page('jobs', Job) } } },
    async ({ query }) => {
      const { where, values } = jobFilter(query);
      const [page, total] = await Promise.all([
        pool.query(
          `SELECT ${JOB_COLUMNS} FROM jobs JOIN companies ON companies.id = company_id WHERE ${where}
           ORDER BY posted_at DESC, jobs.id DESC LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
          [...values, query.limit, (query.page - 1) * query.limit],
        ),
        pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM jobs WHERE ${where}`, values),
      ]);
      return paged('jobs', page.rows, total.rows[0]?.count ?? 0, query);
    },
  );

  app.get<{ Params: Id }>(
    '/jobs/:id',
    {
      config: { errors: statusesOf('JOB_NOT_FOUND') },
      schema: { params: Id, response: { 200: JobDetails } },
    },
    async ({ params }) => {
      const { rows } = await pool.query(
        `SELECT ${JOB_COLUMNS}, jobs.description, jobs.is_active
         FROM jobs JOIN companies ON companies.id = company_id WHERE jobs.id = $1`,
        [params.id],
      );
      if (!rows[0]) throw new ApiError('JOB_NOT_FOUND');
      return rows[0];
    },
  );

  app.get<{ Params: Id }>(
    '/companies/:id',
    {
      config: { errors: statusesOf('COMPANY_NOT_FOUND') },
      schema: { params: Id, response: { 200: Company } },
    },
    async ({ params }) => {
      const { rows } = await pool.query(
        `SELECT id, name, industry, website, location, size,
           (SELECT count(*)::int FROM jobs WHERE company_id = companies.id AND is_active) AS open_jobs
         FROM companies WHERE id = $1`,
        [params.id],
      );
      if (!rows[0]) throw new ApiError('COMPANY_NOT_FOUND');
      return rows[0];
    },
  );
}

const JOB_COLUMNS = `jobs.id, jobs.title, jobs.location, job_type, remote, salary_min, salary_max, requirements,
  posted_at, json_build_object('id', companies.id, 'name', companies.name, 'industry', companies.industry) AS company`;

function jobFilter(query: JobQuery): { where: string; values: unknown[] } {
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
