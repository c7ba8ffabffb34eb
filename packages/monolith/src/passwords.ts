import { availableParallelism } from 'node:os';
import * as bcrypt from '@node-rs/bcrypt';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';

/** Too many passwords wait to be hashed: the caller should come again. */
export class Overloaded extends Error {
  override name = 'Overloaded';
}

/** One core is always left to the quick requests; with a hundred waiting, the next is sent away at once. */
const places = bulkhead(Math.max(1, availableParallelism() - 1), 100);

/** Throws `Overloaded`. */
export const hash = (password: string, cost: number): Promise<string> =>
  inTurn(() => bcrypt.hash(password, { cost }));

/** Throws `Overloaded`. */
export const verify = (password: string, hashed: string): Promise<boolean> =>
  inTurn(() => bcrypt.verify(password, hashed));

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return await places.execute(work).catch((error) => {
    throw error instanceof BulkheadRejectedError ? new Overloaded('Too many passwords at once') : error;
  });
}
