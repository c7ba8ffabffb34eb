import type { RouteTable } from '@banyan/gateway';
import type { Session } from '../target.ts';
import { type CleanClient, startCleanClient } from './clean-client.ts';
import { startWorker, type WorkerProcess } from './process.ts';

/** No turn of the worker's event loop may compute for longer, ms. */
const TURN_LIMIT_MS = 500;
/** Somebody who does nothing wrong is answered within this, whatever others do, ms. */
export const ANSWER_LIMIT_MS = 8_000;
/** Live memory of the last third of the looks may be above that of the second by this much. */
const GROWTH_LIMIT = 24 * 2 ** 20;
const LOOKS_NEEDED = 9;

export type WatchedWorker = Omit<Session, 'run'> & { worker: WorkerProcess };

/** A worker under watch: its life, its event loop, its memory, and a client that must never wait. */
export async function watchWorker(table: RouteTable, cleanPath: string): Promise<WatchedWorker> {
  const worker = await startWorker(table);
  const clean: CleanClient = startCleanClient(worker.port, cleanPath, ANSWER_LIMIT_MS);
  const complaints: string[] = [];
  const live: number[] = [];
  let rss = 0;
  let stalled = false;
  let longestTurnMs = 0;
  return {
    worker,
    complaints: () => [...worker.complaints(), ...clean.complaints(), ...complaints.splice(0)],
    usable: () => worker.alive && !stalled,
    async look() {
      const figures = await worker.figures(ANSWER_LIMIT_MS);
      if (figures === null) {
        stalled = true;
        if (worker.alive) complaints.push(`the worker did nothing for ${ANSWER_LIMIT_MS} ms`);
        return;
      }
      live.push(figures.heap + figures.external);
      rss = Math.max(rss, figures.rss);
      longestTurnMs = Math.max(longestTurnMs, figures.longestTurnMs);
      if (figures.longestTurnMs > TURN_LIMIT_MS)
        complaints.push(`the worker computed for ${Math.round(figures.longestTurnMs)} ms in one turn`);
      const growth = growthOf(live);
      if (growth > GROWTH_LIMIT) complaints.push(`live memory grows: ${live.map(inMb).join(', ')} MB`);
    },
    figures: () =>
      `${clean.answered} clean answers, longest turn ${Math.round(longestTurnMs)} ms, ` +
      `live memory ${inMb(live[0] ?? 0)} to ${inMb(live.at(-1) ?? 0)} MB, rss at most ${inMb(rss)} MB`,
    async close() {
      await clean.stop();
      await worker.stop();
    },
  };
}

/** Least of the last third of the looks above the most of the second third: what comes and goes is not growth. */
function growthOf(live: readonly number[]): number {
  if (live.length < LOOKS_NEEDED) return 0;
  const third = Math.floor(live.length / 3);
  return Math.min(...live.slice(-third)) - Math.max(...live.slice(third, 2 * third));
}

function inMb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
