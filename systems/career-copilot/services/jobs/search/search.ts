import type { JobSearchAnswer, JobSearchQuery } from '../../../api/jobs.ts';

export type Found = Pick<JobSearchAnswer, 'jobs' | 'matched' | 'facets'> & { total: number };

/**
 * Where jobs are searched. Open ones only; those that fit best come first, and of those that fit alike the latest. A word finds its other
 * forms and its synonyms; all words have to be found. What no job has is looked for among titles that are written like it.
 */
export type JobSearch = { search(query: JobSearchQuery): Promise<Found> };
