import { useMemo } from 'react';
import { type Answer, useAllPages, useApiPages } from '../../api/index.ts';
import { LIST, LIST_INPUT } from '../applications/reads.ts';

export type Applied = Answer<typeof LIST>['applications'][number];

/** Which jobs somebody has saved or applied for, by the job; undefined until all of it has been read, or where it cannot be. */
export function useApplied(): { applied: ReadonlyMap<number, Applied> | undefined; isReading: boolean } {
  const list = useAllPages(useApiPages(LIST, LIST_INPUT, 'applications'));
  const isWhole = list.data !== undefined && !list.hasNextPage;
  const applied = useMemo(
    () => (isWhole ? new Map(list.rows.map((application) => [application.job_id, application])) : undefined),
    [isWhole, list.rows],
  );
  return { applied, isReading: !isWhole && list.isFetching };
}
