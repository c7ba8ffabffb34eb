import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { Api, CallOptions } from './client.ts';
import { mayRepeat } from './client.ts';
import { ApiError } from './errors.ts';
import type { Change } from './optimistic.ts';
import { repeatAfter } from './repeat.ts';
import type { Answer, Input, Operation, Read } from './types.ts';

/** What belongs together: the part of the path behind the version, e.g. `jobs` of `/api/v1/jobs/{id}`. */
export type Area = Operation extends `${string} /api/${string}/${infer Rest}` ? FirstPart<Rest> : never;
type FirstPart<Path extends string> = Path extends `${infer First}/${string}` ? First : Path;

/** Under which an answer is remembered: by area first, so that all of one are forgotten at once. */
export function keyOf<O extends Read>(operation: O, input: Input<O>): QueryKey {
  return [areaOf(operation), operation, input];
}

/** Of what is read of the same operation page by page, beside what is read without. */
export function pagesKeyOf<O extends Read>(operation: O, input: Input<O>): QueryKey {
  return [...keyOf(operation, input), 'pages'];
}

/** What a write is expected to make of an answer that was read. */
export function expected<O extends Read>(
  operation: O,
  input: Input<O>,
  change: (answer: Answer<O>) => Answer<O>,
): Change {
  return { key: keyOf(operation, input), change };
}

/** The same of an answer that was read page by page: of each of its pages. */
export function expectedPages<O extends Read>(
  operation: O,
  input: Input<O>,
  change: (page: Answer<O>) => Answer<O>,
): Change {
  const changePages = (read: { pages: Answer<O>[] }) => ({ ...read, pages: read.pages.map(change) });
  return { key: pagesKeyOf(operation, input), change: changePages };
}

/** What has been read page by page so far: none of it, if nobody has asked. */
export function pagesRead<O extends Read>(
  client: Pick<QueryClient, 'getQueryData'>,
  operation: O,
  input: Input<O>,
): Answer<O>[] {
  return client.getQueryData<{ pages: Answer<O>[] }>(pagesKeyOf(operation, input))?.pages ?? [];
}

export function areaOf(operation: Operation): Area {
  return operation.split('/')[3] as Area;
}

/** For `useQuery`, `prefetchQuery` and the loaders of routes. */
export function queryOf<O extends Read>(api: Api, operation: O, input: Input<O>) {
  return {
    queryKey: keyOf(operation, input),
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<Answer<O> | null> =>
      // A query may not be undefined, which an answer without a body is.
      api.call(operation, input, { signal }).then((data) => data ?? null),
  };
}

const waits = new WeakMap<Error, number>();

/** Until when a query waits that has failed so and is going to be repeated, ms of the clock. */
export function waitingUntil(reason: Error | null): number | null {
  return (reason && waits.get(reason)) ?? null;
}

/** How reads and writes of this page behave: reads come again by themselves, writes never (`retryOfWrite`), and offline ones fail at once. */
export const QUERY_DEFAULTS = {
  queries: {
    staleTime: 30_000,
    retry: (failed: number, error: Error) => repeatOf(error, failed + 1, true) !== null,
    retryDelay: (failed: number, error: Error) => {
      const ms = repeatOf(error, failed + 1, true, Math.random()) ?? 0;
      waits.set(error, Date.now() + ms);
      return ms;
    },
  },
  // Without network a form keeps what was entered, and its person decides when to send it: nothing goes out behind their back.
  mutations: { networkMode: 'always', retry: false },
} as const;

/** A write with its Idempotency-Key is sent again as reads are. */
export function retryOfWrite(operation: Operation, options: CallOptions) {
  const may = mayRepeat(operation, options);
  return {
    retry: (failed: number, error: Error) => repeatOf(error, failed + 1, may) !== null,
    retryDelay: QUERY_DEFAULTS.queries.retryDelay,
  };
}

function repeatOf(error: Error, failures: number, may: boolean, random = 0): number | null {
  return error instanceof ApiError ? repeatAfter(error, { mayRepeat: may, failures, random }) : null;
}

/** What the next page is asked by: the cursor that the last one gave, or its number; undefined: that was the last one. */
export function nextPage(page: object | null): { cursor: string } | { page: number } | undefined {
  if (page === null) return undefined;
  if ('next_cursor' in page) {
    return typeof page.next_cursor === 'string' ? { cursor: page.next_cursor } : undefined;
  }
  const { page: number, total_pages: last } = page as { page?: unknown; total_pages?: unknown };
  return typeof number === 'number' && typeof last === 'number' && number < last
    ? { page: number + 1 }
    : undefined;
}

/** What a page needs to know of the session; `ended`: it ran out, and may go on as the same person. */
type Login = {
  state():
    | { status: 'starting' }
    | { status: 'in'; user: { id: number } }
    | { status: 'out'; reason: string | null };
  subscribe(listener: () => void): () => void;
};

/** Forgets all that was read when somebody else is logged in, or somebody has logged out; `also` is told. */
export function forgetWithUser(client: QueryClient, login: Login, also: () => void = () => {}): () => void {
  let last: number | null = null;
  return login.subscribe(() => {
    const state = login.state();
    const user = state.status === 'in' ? state.user.id : null;
    if (user === last || (user === null && isPause(state))) return;
    if (last !== null) client.clear();
    last = user;
    also();
  });
}

function isPause(state: ReturnType<Login['state']>): boolean {
  return state.status === 'starting' || (state.status === 'out' && state.reason === 'ended');
}
