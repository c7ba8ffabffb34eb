import { useEffect } from 'react';

/**
 * For what has no end to be scrolled to, as calendars and boards: what is there is read to the last page. If one of them cannot be read
 * nothing is shown for all there is: `data` is undefined then, beside the error.
 */
export function useAllPages<
  Pages extends {
    data: unknown;
    hasNextPage: boolean;
    isFetching: boolean;
    isFetchNextPageError: boolean;
    fetchNextPage: () => unknown;
  },
>(pages: Pages): Pages | (Pages & { data: undefined }) {
  const { hasNextPage, isFetching, isFetchNextPageError: isCutOff, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isCutOff) void fetchNextPage();
  }, [hasNextPage, isFetching, isCutOff, fetchNextPage]);
  return isCutOff ? { ...pages, data: undefined } : pages;
}
