import { availableParallelism } from 'node:os';
import * as bcrypt from '@node-rs/bcrypt';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { ApiError } from '../kit/legacy-errors.ts';

/** One core is always left to the quick requests; with a hundred waiting, the next is sent away at once. */
const places = bulkhead(Math.max(1, availableParallelism() - 1), 100);

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return await places.execute(work).catch((error) => {
    throw error instanceof BulkheadRejectedError ? new ApiError('OVERLOADED') : error;
  });
}

export const hash = (password: string, cost: number): Promise<string> =>
  inTurn(() => bcrypt.hash(password, { cost }));

export const verify = (password: string, hashed: string): Promise<boolean> =>
  inTurn(() => bcrypt.verify(password, hashed));
