import { BulkheadRejectedError, bulkhead as places } from 'cockatiel';
import { defineErrors } from '../http/errors.ts';

const errors = defineErrors({ OVERLOADED: [503, 'Too much to do at the moment. Try again.'] });

/**
 * Runs slow work in the order it came, `atOnce` at a time, so that it leaves something to what is quick. Whoever comes when
 * `waiting` wait already is sent away at once, by default with 503: an answer that takes too long finds nobody waiting for it.
 */
export function createBulkhead({
  atOnce,
  waiting,
  refuse = () => errors('OVERLOADED', { headers: { 'retry-after': '1' } }),
}: {
  atOnce: number;
  waiting: number;
  /** The error of whoever is sent away. */
  refuse?: () => Error;
}): <T>(work: () => Promise<T>) => Promise<T> {
  const bulkhead = places(atOnce, waiting);
  return async (work) => {
    try {
      return await bulkhead.execute(work);
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? refuse() : error;
    }
  };
}
