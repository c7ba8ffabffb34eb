import type { JobSearchAnswer, JobSearchQuery } from '../../../api/jobs.ts';

export type Found = Pick<JobSearchAnswer, 'jobs' | 'matched' | 'facets' | 'counts' | 'next_cursor'> & {
  total: number;
};

/**
 * Where jobs are searched. Open ones only, by the words of their title, company, requirements, place and description; all words have to be
 * found, each in any of its forms and synonyms. Those with more of the words in their titles come first, then those that say more
 * of them and those that are fresh. Where no job has all words, those that no job has are taken for what they are written like.
 *
 * What is shown is open at this moment and as it is now, wherever it was found. The best `MOST_SHOWN` can be paged through. Throws
 * `ApiError` BAD_CURSOR.
 */
export type JobSearch = { search(query: JobSearchQuery): Promise<Found> };

/** How many of what was found can be paged through. */
export const MOST_SHOWN = 500;
/** Values of a facet that are told, the most frequent ones. */
export const MOST_VALUES = 10;

export const NOTHING: Omit<Found, 'matched'> = {
  jobs: [],
  next_cursor: null,
  total: 0,
  counts: 'exact',
  facets: { job_type: [], remote: [], location: [], company: [] },
};
