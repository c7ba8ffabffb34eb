import { setTimeout as delay } from 'node:timers/promises';
import { type BarrierOptions, JointMarks, type Link, ReplicationError } from '@banyan/replication';

/** How long to wait until repairs are looked at again, ms. */
const LOOK_MS = 5;

/** Shares in basis points. */
export type Step = { fromShare: number; toShare: number; timeoutMs: number };

/** The links of a service for a step. `loser`: from the side that keys leave. */
export type LinksOfStep = {
  loser: Link;
  winner: Link;
  /** Of the loser's source, as a barrier has it. */
  locked?: BarrierOptions['locked'];
};

/**
 * Brings both links of each service to where a step may be decided: what either side has committed is on the other, no repair
 * is under way, and all hold. The other side is marked after the losing one, so that what is written there from then on was written
 * knowing everything. Losing sides in one database are marked in one transaction: whatever wrote rows of several services is before
 * the marks of all, or behind them.
 *
 * A backlog of the other link is waited for no longer than half of what time is left: it holds where it is, and is judged by
 * the share under which it was written. Only a write of the wrong side in it is then found after the step.
 *
 * Resolves with how long each part of it took, ms: users wait meanwhile.
 */
export async function drainForStep(options: {
  services: readonly LinksOfStep[];
  fromShare: number;
  timeoutMs: number;
}): Promise<{ repairsMs: number; loserMs: number; winnerMs: number }> {
  const { services, fromShare, timeoutMs } = options;
  const took = { repairsMs: 0, loserMs: 0, winnerMs: 0 };
  let since = performance.now();
  const lap = (part: keyof typeof took) => {
    const now = performance.now();
    took[part] += now - since;
    since = now;
  };
  const deadline = since + timeoutMs;
  const left = () => Math.max(1, Math.floor(deadline - performance.now()));
  const links = services.flatMap(({ loser, winner }) => [loser, winner]);
  for (;;) {
    const before = await repairsSent(links, left);
    lap('repairsMs');
    await markLosers(services, left());
    lap('loserMs');
    const half = left() / 2;
    await allEnded(services.map(({ winner }) => holdInTime(winner, half)));
    lap('winnerMs');
    const after = await repairsOf(links);
    lap('repairsMs');
    if (after.open === 0 && after.asked === before.asked) return took;
    // A repair behind the marker would be judged by the share that comes: it has to pass first.
    for (const link of links) link.release(fromShare);
  }
}

async function markLosers(services: readonly LinksOfStep[], timeoutMs: number): Promise<void> {
  const bySource = Map.groupBy(services, ({ loser }) => loser.config.source);
  const marking = [...bySource.values()].flatMap((ofSource) => {
    const marks = new JointMarks(ofSource.length);
    return ofSource.map(({ loser, locked }) =>
      loser
        .barrier({ lock: true, hold: true, timeoutMs, joint: marks, ...(locked && { locked }) })
        .catch((error) => {
          // Nobody waits for one that does not come.
          marks.cancel(error);
          throw error;
        }),
    );
  });
  await allEnded(marking);
}

/** Rejects as the first that did, once none of them goes on any more: a link that came to hold later would never be released. */
async function allEnded(each: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(each)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

async function holdInTime(link: Link, timeoutMs: number): Promise<void> {
  try {
    await link.barrier({ hold: true, marks: 'own', timeoutMs: Math.max(1, Math.floor(timeoutMs)) });
  } catch (error) {
    if (!(error instanceof ReplicationError && error.code === 'BARRIER_TIMEOUT')) throw error;
    link.hold();
  }
}

/** Resolves when all that was asked for is in the logs, and so before a marker that is set now. */
async function repairsSent(links: Link[], left: () => number): Promise<{ asked: number }> {
  for (;;) {
    const { open, asked } = await repairsOf(links);
    if (open === 0) return { asked };
    if (left() <= LOOK_MS) throw new Error(`${open} repairs of rows are not sent yet; nothing was switched`);
    await delay(LOOK_MS);
  }
}

async function repairsOf(links: Link[]): Promise<{ open: number; asked: number }> {
  const found = await Promise.all(links.map((link) => link.repairs()));
  const sumOf = (part: 'open' | 'asked') => found.reduce((sum, one) => sum + one[part], 0);
  return { open: sumOf('open'), asked: sumOf('asked') };
}
