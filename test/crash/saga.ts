import { type Crashing, crashing } from './piece.ts';
import { injectCrashes } from './saga/injected.ts';
import { killProcesses } from './saga/killed.ts';

/**
 * Sagas that die at every point of their way: in four of five runs by a fault put there, in the fifth because its process
 * was killed with -9. Every action and compensation has to be effective exactly once, and the final state the right one.
 */
export const crashSagas = crashing(
  async (options) => injectCrashes({ ...options, urls: await urlsOf('injected', options) }),
  async (options) => killProcesses({ ...options, urls: await urlsOf('killed', options) }),
);

/** Of the sagas' database, and of the one that has their effects. */
async function urlsOf(name: string, { database }: Crashing) {
  return [await database(name), await database(`${name}_remote`)] as const;
}
