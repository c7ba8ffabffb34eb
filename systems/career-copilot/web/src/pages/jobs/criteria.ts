import type { Criteria } from '../../../../api/saved-searches.ts';

/** What the address of a search says, by the names that the API has: `/jobs?q=engineer&location=Berlin&job_type=full_time&remote=true&min_salary=60000`. */
export type JobsSearch = {
  -readonly [Name in keyof Criteria]: Exclude<Criteria[Name], undefined>;
};

/** `undefined` takes a thing out of the address. */
export type Changes = { [Name in keyof JobsSearch]?: JobsSearch[Name] | undefined };
/** `replace`: what is typed is no step of its own on the way back. */
export type OnChange = (changes: Changes, options?: { replace?: boolean }) => void;

/** As many characters as the API takes. */
export const LONGEST = { q: 200, location: 100, job_type: 20 } as const;

/** Kinds of jobs that companies offer; sources may have others. */
export const JOB_TYPES = ['full_time', 'part_time', 'contract', 'internship'] as const;

/** What is not understood is as if it were not there. */
export function jobsSearch(search: Record<string, unknown>): JobsSearch {
  const { remote, company_id, min_salary } = search;
  return {
    ...textIn(search, 'q'),
    ...textIn(search, 'location'),
    ...textIn(search, 'job_type'),
    ...(typeof remote === 'boolean' ? { remote } : {}),
    ...(isCount(company_id) ? { company_id } : {}),
    ...(isCount(min_salary) ? { min_salary } : {}),
  };
}

/** How many filters narrow a search, beside its words. */
export function filtersIn({ q: _, ...filters }: JobsSearch): number {
  return Object.keys(filters).length;
}

/** The address of a page that shows this search. */
export function addressOf(criteria: JobsSearch): string {
  const query = new URLSearchParams(
    Object.entries(criteria).map(([name, value]) => [name, String(value)]),
  ).toString();
  return query === '' ? '/jobs' : `/jobs?${query}`;
}

/** Each job once: a page by number has some of the one before when jobs have come meanwhile. */
export function eachOnce<Job extends { id: number }>(jobs: readonly Job[]): Job[] {
  return [...new Map(jobs.map((job) => [job.id, job])).values()];
}

/** An address that says `q=123` is read as a number. */
function textIn<Name extends keyof typeof LONGEST>(
  search: Record<string, unknown>,
  name: Name,
): { [Key in Name]?: string } {
  const value = search[name];
  if (typeof value !== 'string' && typeof value !== 'number') return {};
  const text = String(value).slice(0, LONGEST[name]);
  return text.trim() === '' ? {} : ({ [name]: text } as { [Key in Name]: string });
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31;
}
