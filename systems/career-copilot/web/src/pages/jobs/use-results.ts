import { useMemo } from 'react';
import { type Answer, useApiPages, useApiQuery, useFeature } from '../../api/index.ts';
import { eachOnce, isForService, type JobsSearch, LONGEST, listedOf } from './criteria.ts';
import { meantWords } from './marks.ts';

const LIST = 'GET /api/v1/jobs';
const SEARCH = 'GET /api/v1/jobs/search';
const PAGE = 50;
/** What was found stays as it is while it is being read: of hundreds of pages none is asked for again behind its reader's back. */
const OPTIONS = { staleTime: Number.POSITIVE_INFINITY };

type Found = Answer<typeof SEARCH>;
/** A job as both lists have it; what is marked only where words were searched by the service. */
export type FoundJob = Answer<typeof LIST>['jobs'][number] & {
  highlights?: Found['jobs'][number]['highlights'];
  /** From the place that it is to be near; null: not known. */
  distance_km?: number | null;
};

export type Facets = Found['facets'];

/** Open jobs: by words, distance, level and order as the service finds them, where there is one; else as the monolith lists them, the newest first. */
export function useResults(criteria: JobsSearch) {
  const search = useFeature(SEARCH);
  const ofService = isForService(criteria);
  const wantsSearch = criteria.q !== undefined || ofService;
  const isSearch = wantsSearch && search === 'there';
  const listed = useApiPages(LIST, { params: { query: { ...listedOf(criteria), limit: PAGE } } }, 'jobs', {
    ...OPTIONS,
    enabled: !wantsSearch || search === 'missing',
  });
  const found = useApiPages(SEARCH, { params: { query: { ...criteria, limit: PAGE } } }, 'jobs', {
    ...OPTIONS,
    enabled: isSearch,
  });
  const shown = isSearch ? found : listed;
  const first = isSearch ? found.firstPage : undefined;
  const rows: readonly FoundJob[] = shown.rows;
  const jobs = useMemo(() => eachOnce(rows), [rows]);
  const meant = useMemo(
    () =>
      first?.matched === 'similar' ? meantWords(first.jobs.map(({ highlights }) => highlights.title)) : null,
    [first],
  );
  return {
    ...shown,
    // While it is not known who answers, nothing is: not what the other one said last.
    data: wantsSearch && search === 'unknown' ? undefined : shown.data,
    jobs,
    total: shown.firstPage?.total_count ?? 0,
    isEstimated: first?.counts === 'estimated',
    /** Undefined: nobody counts them. */
    facets: first?.facets,
    /** What was taken for words that no job has; null: all were found. */
    meant,
    /** The place that they are near, and how many are left out; undefined: they are near none. */
    near: first?.near,
    /** Somebody asks for what only the service has, and it is not there. */
    isWithout: ofService && search === 'missing',
    /** Whether it is there, with what only it has. */
    service: search,
  };
}

const MOST_SIMILAR = 5;

/** Other open jobs that have the words of a job's title: by the service where there is one, else as the monolith finds them. */
export function useSimilar({ id, title }: { id: number; title: string }): readonly FoundJob[] {
  const search = useFeature(SEARCH);
  const input = { params: { query: { q: title.slice(0, LONGEST.q), limit: MOST_SIMILAR + 1 } } };
  const found = useApiQuery(SEARCH, input, { enabled: search === 'there' });
  const listed = useApiQuery(LIST, input, { enabled: search === 'missing' });
  const jobs: readonly FoundJob[] = (search === 'there' ? found.data?.jobs : listed.data?.jobs) ?? [];
  return jobs.filter((job) => job.id !== id).slice(0, MOST_SIMILAR);
}
