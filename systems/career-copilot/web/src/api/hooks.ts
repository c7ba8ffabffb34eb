import {
  type UseInfiniteQueryOptions,
  type UseMutationOptions,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { CallOptions } from './client.ts';
import type { ApiError } from './errors.ts';
import type { FeatureState } from './features.ts';
import type { Lanes } from './lanes.ts';
import type { Change } from './optimistic.ts';
import { api, features, showChanges } from './page.ts';
import { type Area, areaOf, nextPage, pagesKeyOf, queryOf, retryOfWrite, waitingUntil } from './queries.ts';
import { readServerEvents, type ServerEvent } from './server-events.ts';
import type { Answer, Input, Operation, OperationName, Read, Write } from './types.ts';

/** After so long a page says that it takes longer than usual, ms. */
const SLOW_MS = 8_000;

/** How a read stands, beyond what TanStack Query tells: `waitingUntil`, ms of the clock, while it is going to be asked again by itself. */
type Reading = { isSlow: boolean; waitingUntil: number | null };

/**
 * A read of the API.
 *
 * @example const job = useApiQuery('GET /api/v1/jobs/{id}', { params: { path: { id } } });
 */
export function useApiQuery<O extends Read, Selected = Answer<O>>(
  operation: O,
  input: Input<O>,
  options: Omit<UseQueryOptions<Answer<O>, ApiError, Selected>, 'queryKey' | 'queryFn'> = {},
): UseQueryResult<Selected, ApiError> & Reading {
  const query = useQuery<Answer<O>, ApiError, Selected>({
    ...queryOf(api, operation, input),
    ...options,
  } as UseQueryOptions<Answer<O>, ApiError, Selected>);
  return { ...query, ...useReading(query) };
}

/** The rows of an answer that comes by pages, by the name that they have in it. */
type RowsOf<O extends Read, Rows extends keyof Answer<O>> = Answer<O>[Rows] extends (infer Row)[]
  ? Row
  : never;

/**
 * A list that is read page by page, by cursor or by number, whichever its answers have.
 *
 * @example const jobs = useApiPages('GET /api/v1/jobs', { params: { query: { q } } }, 'jobs'); // jobs.rows, jobs.fetchNextPage()
 */
export function useApiPages<O extends Read, Rows extends keyof Answer<O> & string>(
  operation: O,
  input: Input<O>,
  rows: Rows,
  options: Partial<Pick<UseInfiniteQueryOptions, 'enabled' | 'staleTime' | 'refetchInterval'>> = {},
) {
  const query = useInfiniteQuery({
    queryKey: pagesKeyOf(operation, input),
    queryFn: ({ signal, pageParam }) => api.call(operation, ofPage(input, pageParam), { signal }),
    initialPageParam: {} as object,
    getNextPageParam: (last) => nextPage(last as object),
    // The last pages stay while others are read, e.g. by another filter.
    placeholderData: (before) => before,
    ...(options as object),
  });
  const pages = query.data?.pages as Answer<O>[] | undefined;
  // The same as long as nothing else is read or expected, for whatever is made of them.
  const all = useMemo(() => (pages ?? []).flatMap((page) => page[rows] as RowsOf<O, Rows>[]), [pages, rows]);
  const error = query.error as ApiError | null;
  return { ...query, ...useReading(query), error, rows: all, firstPage: pages?.[0] };
}

export type WriteInput<O extends Write> = Input<O> & CallOptions;

type WriteOptions<O extends Write, Context = unknown> = Omit<
  UseMutationOptions<Answer<O>, ApiError, WriteInput<O>, Context>,
  'mutationFn' | 'onMutate'
> & {
  /** What else of what was read is old then. Default: the operation's own area. */
  changes?: readonly Area[];
  /** What is shown before the answer is there. */
  expects?: (input: WriteInput<O>) => readonly Change[];
  /** Says when it is sent, e.g. not with hundreds of others at once (`createLanes`). Default: now. */
  inTurn?: Lanes;
  /** The write was refused, and what had been expected is not shown any more: to be told with the reason. */
  onTakenBack?: (reason: ApiError, input: WriteInput<O>) => void;
};

/**
 * A write of the API; sent once, or with an `idempotencyKey` until it is answered.
 *
 * @example
 * const move = useApiMutation('PATCH /api/v1/applications/{id}/status', {
 *   expects: ({ params, body }) => [expectedPages(LIST, LIST_INPUT, (page) => moved(page, params.path.id, body.status))],
 *   onTakenBack: (reason) => toast(reason),
 * });
 */
export function useApiMutation<O extends Write>(
  operation: O,
  {
    changes = [areaOf(operation)],
    expects,
    inTurn = (send) => send(),
    onTakenBack,
    ...options
  }: WriteOptions<O> = {},
): UseMutationResult<Answer<O>, ApiError, WriteInput<O>> {
  const client = useQueryClient();
  return useMutation<Answer<O>, ApiError, WriteInput<O>>({
    ...options,
    mutationKey: [areaOf(operation), operation],
    mutationFn: async (input) => {
      const expected = expects?.(input) ?? [];
      // An answer from before would be shown over what is expected.
      await Promise.all(expected.map(({ key }) => client.cancelQueries({ queryKey: key })));
      const shown = showChanges(expected);
      try {
        const { signal, idempotencyKey, ifMatch, timeoutMs, ...sent } = input;
        const calling = { signal, idempotencyKey, ifMatch, timeoutMs };
        const answer = await inTurn(() => sendRepeatedly(operation, sent as unknown as Input<O>, calling));
        shown.keep();
        return answer;
      } catch (reason) {
        shown.takeBack();
        if (expected.length > 0) onTakenBack?.(reason as ApiError, input);
        throw reason;
      }
    },
    onSettled: async (...settled) => {
      // While others are under way an answer would not have them yet.
      const isLast = client.isMutating({ mutationKey: [areaOf(operation)] }) <= 1;
      if (isLast) for (const area of changes) void client.invalidateQueries({ queryKey: [area] });
      await options.onSettled?.(...settled);
    },
  });
}

/** Whether somebody answers the operation now, asked again as long as the component is shown. */
export function useFeature(operation: OperationName): FeatureState {
  useEffect(() => features.watch(operation), [operation]);
  return useSyncExternalStore(features.subscribe, () => features.state(operation));
}

type StreamListener = {
  onEvent(event: ServerEvent): void;
  /** It can be heard again: whatever was told before may have been missed. Not to be read off the result, since it may be over before anything is rendered. */
  onOpen(): void;
};

/** Events of a stream as long as the component is shown; `listener` is the one of the last rendering. True while the stream is open. */
export function useServerEvents(path: string, isWanted: boolean, listener: StreamListener): boolean {
  const [isOpen, setOpen] = useState(false);
  const last = useRef(listener);
  useEffect(() => {
    last.current = listener;
  });
  useEffect(() => {
    if (!isWanted) return;
    const end = new AbortController();
    void readServerEvents(new URL(path, location.origin).href, {
      fetch: api.fetch,
      onEvent: (event) => last.current.onEvent(event),
      onState: ({ is }) => {
        if (end.signal.aborted) return;
        setOpen(is === 'open');
        if (is === 'open') last.current.onOpen();
      },
      signal: end.signal,
    });
    return () => {
      end.abort();
      setOpen(false);
    };
  }, [path, isWanted]);
  return isOpen;
}

/** True once something has been waited for longer than usual. */
export function useIsSlow(isWaiting: boolean): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!isWaiting) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return isSlow;
}

function useReading({
  fetchStatus,
  isPending,
  failureReason,
}: Pick<UseQueryResult, 'fetchStatus' | 'isPending' | 'failureReason'>): Reading {
  const isAsking = fetchStatus === 'fetching';
  return {
    isSlow: useIsSlow(isAsking && isPending),
    waitingUntil: isAsking ? waitingUntil(failureReason) : null,
  };
}

function ofPage<O extends Read>(input: Input<O>, page: unknown): Input<O> {
  const { params } = input as { params?: { query?: object } };
  return { ...input, params: { ...params, query: { ...params?.query, ...(page as object) } } };
}

async function sendRepeatedly<O extends Operation>(operation: O, input: Input<O>, options: CallOptions) {
  const { retry, retryDelay } = retryOfWrite(operation, options);
  for (let failed = 0; ; failed++)
    try {
      return await api.call(operation, input, options);
    } catch (error) {
      if (!retry(failed, error as Error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryDelay(failed, error as Error)));
    }
}
