import type { JobSearchAnswer, JobSearchQuery } from '../../../api/jobs.ts';
import type { Near } from '../places/near.ts';

export type Found = Pick<JobSearchAnswer, 'jobs' | 'matched' | 'facets' | 'counts' | 'next_cursor'> & {
  total: number;
  /** Of a search near a place: jobs that fit but for their distance, which is not known. */
  left_out?: number;
};

/**
 * Where jobs are searched. Open ones only, by the words of their title, company, requirements, place and description; all words have to be
 * found, each in any of its forms and synonyms. Those with more of the words in their titles come first, then those that say more
 * of them and those that are fresh. Where no job has all words, those that no job has are taken for what they are written like.
 *
 * With `near` those are found that have a place so near, or are remote if that counts as well, by the places that have been read (`readLocations`).
 * `near` in `query` does not count. Without `q` all jobs are found that pass the filters.
 *
 * What is shown is open at this moment and as it is now, wherever it was found. The best `MOST_SHOWN` can be paged through. Throws
 * `ApiError` BAD_CURSOR.
 */
export type JobSearch = { search(query: JobSearchQuery, near?: Near): Promise<Found> };

/** How many of what was found can be paged through. */
export const MOST_SHOWN = 500;
/** Values of a facet that are told, the most frequent ones. */
export const MOST_VALUES = 10;

export const NOTHING: Omit<Found, 'matched'> = {
  jobs: [],
  next_cursor: null,
  total: 0,
  counts: 'exact',
  facets: { job_type: [], remote: [], location: [], seniority: [], company: [] },
};
