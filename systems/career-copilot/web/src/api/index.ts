/** The public API as pages use it: reads and writes by the name of their operation, errors by code, and what is there. */
export { byEither } from './by-either.ts';
export type { WayOn } from './codes.ts';
export { ApiError, errorOfResponse } from './errors.ts';
export type { FeatureState } from './features.ts';
export {
  useApiMutation,
  useApiPages,
  useApiQuery,
  useFeature,
  useIsSlow,
  useServerEvents,
  type WriteInput,
} from './hooks.ts';
export { createLanes } from './lanes.ts';
export type { Change } from './optimistic.ts';
export { api, queryClient } from './page.ts';
export { type Area, expected, expectedPages, pagesRead, queryOf } from './queries.ts';
export type { ServerEvent } from './server-events.ts';
export type { Answer, Body, Input, Operation, Query, Read, Write } from './types.ts';
export { useAllPages } from './use-all-pages.ts';
export { type ErrorWords, useErrorWords } from './words.ts';
