import type { JobSearchQuery } from '../../../../api/jobs.ts';

/** What a query asks of jobs beside their words, as conditions on `job_search`, each after an AND; `values` takes what they ask by. */
export function filterOf(query: JobSearchQuery, values: unknown[]): string {
  const conditions: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value !== undefined) conditions.push(`AND ${condition(`$${values.push(value)}`)}`);
  };
  add(query.location, (p) => `strpos(place, lower(${p})) > 0`);
  add(query.job_type, (p) => `job_type = ${p}`);
  add(query.remote, (p) => `remote = ${p}`);
  add(query.company_id, (p) => `company_id = ${p}`);
  add(query.min_salary, (p) => `salary_max >= ${p}`);
  return conditions.join(' ');
}
