import { injectCrashes } from './saga/injected.ts';
import { killProcesses } from './saga/killed.ts';

/**
 * Sagas that die at every point of their way: in four of five runs by a fault put there, in the fifth because its process
 * was killed with -9. Every action and compensation has to be effective exactly once, and the final state the right one.
 * The same seed makes the same fates and faults.
 */
export async function crashSagas(options: {
  /** Sagas in all. */
  runs: number;
  seed: number;
  /** Makes an empty database; its url. */
  database: (name: string) => Promise<string>;
}): Promise<{ runs: number; crashes: number; kills: number; problems: string[] }> {
  const { runs, seed, database } = options;
  const killed = Math.ceil(runs / 5);
  const urls = async (name: string) => [await database(name), await database(`${name}_remote`)] as const;
  const injected = await injectCrashes({ runs: runs - killed, seed, urls: await urls('injected') });
  const { kills, problems } = await killProcesses({ runs: killed, seed, urls: await urls('killed') });
  return { runs, crashes: injected.crashes, kills, problems: [...injected.problems, ...problems] };
}
