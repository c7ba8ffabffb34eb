import type { JobOrder, Level } from '../../../../api/jobs.ts';
import type { Criteria } from '../../../../api/saved-searches.ts';

/** What the address of a search says, by the names that the API has: `/jobs?q=engineer&location=Berlin&job_type=full_time&remote=true&min_salary=60000`. */
export type JobsSearch = {
  -readonly [Name in keyof Criteria]: Exclude<Criteria[Name], undefined>;
} & { sort?: JobOrder };

/** `undefined` takes a thing out of the address. */
export type Changes = { [Name in keyof JobsSearch]?: JobsSearch[Name] | undefined };
/** `replace`: what is typed is no step of its own on the way back. */
export type OnChange = (changes: Changes, options?: { replace?: boolean }) => void;

/** As many characters as the API takes. */
export const LONGEST = { q: 200, location: 100, job_type: 20, near: 100 } as const;

/** Kinds of jobs that companies offer; sources may have others. */
export const JOB_TYPES = ['full_time', 'part_time', 'contract', 'internship'] as const;

/** For whom jobs are, as the service reads them; the last one: they do not say it. */
export const LEVELS = [
  'trainee',
  'junior',
  'mid-level',
  'senior',
  'lead',
  'head',
  'unstated',
] as const satisfies readonly Level[];

/** How far jobs may be from a place, km, and how far if an address does not say it. */
export const DISTANCES = [10, 25, 50, 100, 200] as const;
export const USUAL_DISTANCE = 50;
const FARTHEST = 1_000;

/** In which order jobs may be shown. */
export const ORDERS = ['relevance', 'newest', 'salary', 'distance'] as const satisfies readonly JobOrder[];

/** What is not understood is as if it were not there. */
export function jobsSearch(search: Record<string, unknown>): JobsSearch {
  const { remote, company_id, min_salary, within, or_remote } = search;
  const near = textIn(search, 'near');
  const isNear = near.near !== undefined;
  const seniority = LEVELS.find((level) => level === search.seniority);
  const sort = ORDERS.find((order) => order === search.sort && (isNear || order !== 'distance'));
  return {
    ...textIn(search, 'q'),
    ...textIn(search, 'location'),
    ...textIn(search, 'job_type'),
    ...(typeof remote === 'boolean' ? { remote } : {}),
    ...(isCount(company_id) ? { company_id } : {}),
    ...(isCount(min_salary) ? { min_salary } : {}),
    ...(seniority ? { seniority } : {}),
    ...near,
    ...(isNear && isCount(within) && within <= FARTHEST ? { within } : {}),
    ...(isNear && typeof or_remote === 'boolean' ? { or_remote } : {}),
    ...(sort ? { sort } : {}),
  };
}

/** How many filters narrow a search, beside its words. */
export function filtersIn({ q: _, within: __, or_remote: ___, sort: ____, ...filters }: JobsSearch): number {
  return Object.keys(filters).length;
}

/** What a saved search keeps of it: all but the order. */
export function withoutOrder({ sort: _, ...criteria }: JobsSearch): JobsSearch {
  return criteria;
}

/** Where: a place that jobs are to be near, or a word that their places have. */
export function placeOf({ near, location }: JobsSearch): string {
  return near ?? location ?? '';
}

/** Another place, in the way in which one was asked for. */
export function placeChanges(criteria: JobsSearch, text: string): Changes {
  const place = text === '' ? undefined : text;
  if (criteria.near === undefined) return { location: place };
  return place === undefined ? withoutNear(criteria) : { near: place };
}

/** So far around the place, km; undefined: its name has to stand in the posting. */
export function distanceChanges(criteria: JobsSearch, within: number | undefined): Changes {
  if (within === undefined) return { ...withoutNear(criteria), location: criteria.near };
  return criteria.near === undefined ? { near: criteria.location, location: undefined, within } : { within };
}

function withoutNear({ sort }: JobsSearch): Changes {
  return {
    near: undefined,
    within: undefined,
    or_remote: undefined,
    ...(sort === 'distance' && { sort: undefined }),
  };
}

/** What only the service knows of: how far jobs are, for whom, and other orders. */
export function isForService({ near, seniority, sort }: JobsSearch): boolean {
  return near !== undefined || seniority !== undefined || sort !== undefined;
}

/** What the monolith can list of a search: it knows of nothing that only the service does, and looks for the place's name. Coordinates have none. */
export function listedOf({
  near,
  within: _,
  or_remote: __,
  seniority: ___,
  sort: ____,
  ...criteria
}: JobsSearch): JobsSearch {
  const location = criteria.location ?? (near?.match(/^[^,]*\p{L}[^,]*/u)?.[0].trim() || undefined);
  return location === undefined ? criteria : { ...criteria, location };
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
