import { setTimeout as delay } from 'node:timers/promises';
import { type BarrierOptions, type Link, ReplicationError } from '@banyan/replication';

/** How long to wait until repairs are looked at again, ms. */
const LOOK_MS = 5;

/**
 * Brings both links of a service to where a step may be decided: what either side has committed is on the other, no repair
 * is under way, and both hold. `loser`: the link from the side that keys leave. The other side is marked after it, so
 * that what is written there from then on was written knowing everything.
 *
 * A backlog of the other link is waited for no longer than half of what time is left: it holds where it is, and is judged by
 * the share under which it was written. Only a write of the wrong side in it is then found after the step.
 *
 * Resolves with how long each part of it took, ms: users wait meanwhile.
 */
export async function drainForStep(options: {
  loser: Link;
  winner: Link;
  fromShare: number;
  timeoutMs: number;
  /** Of the loser's source, as a barrier has it. */
  locked?: BarrierOptions['locked'];
}): Promise<{ repairsMs: number; loserMs: number; winnerMs: number }> {
  const { loser, winner, fromShare, timeoutMs, locked } = options;
  const took = { repairsMs: 0, loserMs: 0, winnerMs: 0 };
  let since = performance.now();
  const lap = (part: keyof typeof took) => {
    const now = performance.now();
    took[part] += now - since;
    since = now;
  };
  const deadline = since + timeoutMs;
  const left = () => Math.max(1, Math.floor(deadline - performance.now()));
  const links = [loser, winner];
  for (;;) {
    const before = await repairsSent(links, left);
    lap('repairsMs');
    await loser.barrier({ lock: true, hold: true, timeoutMs: left(), ...(locked && { locked }) });
    lap('loserMs');
    await holdInTime(winner, left() / 2);
    lap('winnerMs');
    const after = await repairsOf(links);
    lap('repairsMs');
    if (after.open === 0 && after.asked === before.asked) return took;
    // A repair behind the marker would be judged by the share that comes: it has to pass first.
    for (const link of links) link.release(fromShare);
  }
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
  const [a, b] = await Promise.all(links.map((link) => link.repairs()));
  return { open: a!.open + b!.open, asked: a!.asked + b!.asked };
}
