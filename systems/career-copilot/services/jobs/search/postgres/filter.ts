import type { JobSearchQuery } from '../../../../api/jobs.ts';
import { locationsNear, type Near } from '../../places/near.ts';

/** What a query asks of jobs beside their words, as conditions on `job_search`, each after an AND; `values` takes what they ask by. */
export function filterOf(query: JobSearchQuery, near: Near | undefined, values: unknown[]): string {
  const conditions: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value !== undefined) conditions.push(`AND ${condition(`$${values.push(value)}`)}`);
  };
  add(query.location, (p) => `strpos(place, lower(${p})) > 0`);
  add(query.job_type, (p) => `job_type = ${p}`);
  add(query.remote, (p) => `remote = ${p}`);
  add(query.company_id, (p) => `company_id = ${p}`);
  add(query.seniority, (p) => `seniority = ${p}`);
  add(query.min_salary, (p) => `salary_max >= ${p}`);
  if (near) {
    const isNear = `location IN (SELECT location FROM (${locationsNear(near, values)}) AS near)`;
    conditions.push(`AND ${near.orRemote ? `(remote OR ${isNear})` : isNear}`);
  }
  return conditions.join(' ');
}

/** Jobs with all words, as a condition on `column`; all jobs if there are none. */
export function matching(words: string, column: 'title' | 'words', values: unknown[]): string {
  return words === '' ? 'true' : `${column} @@ $${values.push(words)}::tsquery`;
}
