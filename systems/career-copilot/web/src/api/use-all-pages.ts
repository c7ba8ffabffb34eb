import { useEffect, useMemo } from 'react';

/** For what has no end to be scrolled to, as calendars and boards: what is there is read to the last page. */
export function useAllPages<
  Pages extends {
    hasNextPage: boolean;
    isFetching: boolean;
    fetchNextPage: () => unknown;
    rows: readonly unknown[];
  },
>(pages: Pages): Pages {
  const { hasNextPage, isFetching, fetchNextPage, rows } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  // Of the same length they are the same as long as nothing is read.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are put together anew with each rendering
  const kept = useMemo(() => rows, [rows.length, isFetching]);
  return { ...pages, rows: kept };
}
