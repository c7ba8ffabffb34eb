import { availableParallelism } from 'node:os';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { ApiError } from '../../contracts.ts';

/** At a time: a burst of logins must not take every core from the requests that are quick. */
const AT_ONCE = Math.max(1, availableParallelism() - 1);
/** Whoever comes when so many wait is sent away: an answer that takes seconds finds nobody waiting for it any more. */
const WAITING = 100;

/**
 * Runs the slow work of passwords in the order it came, by default on all cores but one. Throws `OVERLOADED` at once when
 * 100 wait already.
 */
export function createPasswordQueue(atOnce: number = AT_ONCE): <T>(work: () => Promise<T>) => Promise<T> {
  const places = bulkhead(atOnce, WAITING);
  return async (work) => {
    try {
      return await places.execute(work);
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new ApiError('OVERLOADED') : error;
    }
  };
}
