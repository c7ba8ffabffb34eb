import { injectCrashes } from './projection/injected.ts';
import { killProcesses } from './projection/killed.ts';

/**
 * Projections whose runner dies at every step of its way: in four of five runs because its connection breaks there, before
 * a statement or after it with the answer lost; in the fifth because its process is killed with -9. Each event must have its
 * effect exactly once and in order, also in the tables that are built anew meanwhile. A run is one projection.
 */
export async function crashProjections(options: {
  runs: number;
  seed: number;
  /** Makes an empty database; its url. */
  database: (name: string) => Promise<string>;
}): Promise<{ runs: number; crashes: number; kills: number; problems: string[] }> {
  const { runs, seed, database } = options;
  const killed = Math.ceil(runs / 5);
  const injected = await injectCrashes({ runs: runs - killed, seed, database });
  const { kills, problems } = await killProcesses({ runs: killed, seed, database });
  return { runs, crashes: injected.crashes, kills, problems: [...injected.problems, ...problems] };
}
