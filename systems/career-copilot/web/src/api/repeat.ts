import type { ApiError } from './errors.ts';

/** A read is asked so often again, and its reader waits so long in a row at most, ms. */
export const REPEATS = 4;
export const LONGEST_WAIT_MS = 60_000;
/** Where no server says how long: twice as long each time. */
const FIRST_WAIT_MS = 500;

/**
 * After how many ms a request that has failed is sent again; null: its reader is told instead. Of reads alone, and of writes that carry an
 * Idempotency-Key: of any other write nobody may know whether it has run.
 *
 * @param failures so far, from 1 on
 * @param random 0 to 1: pages that were refused together do not come again together
 */
export function repeatAfter(
  { code, status, retryAfterMs }: Pick<ApiError, 'code' | 'status' | 'retryAfterMs'>,
  { mayRepeat, failures, random }: { mayRepeat: boolean; failures: number; random: number },
): number | null {
  if (!mayRepeat || failures > REPEATS || !isPassing(code, status)) return null;
  const least = Math.max(retryAfterMs ?? 0, FIRST_WAIT_MS * 2 ** (failures - 1));
  const wait = Math.round(least * (1 + random / 4));
  return least <= LONGEST_WAIT_MS ? wait : null;
}

/** What may be otherwise in a moment, by itself. Without network the query waits for it, and nothing is asked. */
function isPassing(code: ApiError['code'], status: number | null): boolean {
  if (status === null) return code === 'UNREACHABLE' || code === 'TIMED_OUT' || code === 'OUTCOME_UNKNOWN';
  return status === 429 || status === 502 || status === 503 || status === 504;
}
