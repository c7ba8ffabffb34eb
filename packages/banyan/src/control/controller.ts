import type { ResolvedPlan } from '@banyan/plan';
import type { Logger } from 'pino';
import { StartError } from '../up/start-error.ts';
import type { Sources } from './facts/facts.ts';
import { startReconciling } from './reconcile.ts';
import type { ApplierClient } from './step/applier-client.ts';
import { listenForChanges } from './store/wake.ts';
import { takeControl } from './take-control.ts';
import { Tidying } from './tidy-records.ts';

/** How often facts are collected when nobody announces a change, ms. */
const TICK_MS = 250;
/** The same while every service is where it should be: wishes are announced, and evidence may be a span older. */
const RESTING_TICK_MS = 3_000;

export type Controller = {
  readonly sources: Sources;
  /** Rejects when it cannot go on, however often it tries. */
  readonly running: Promise<void>;
  stop(): Promise<void>;
};

/**
 * The reconciling loop: read the facts, ask `decide` for the one next move of each service, carry it out, look again.
 * All state is in the control database, so a killed controller goes on where it was.
 */
export async function startController({
  plan,
  applier,
  log,
}: {
  plan: ResolvedPlan;
  applier: ApplierClient;
  log: Logger;
}): Promise<Controller> {
  const { pool, lock } = await takeControl(plan);
  const { sources, reconcile, close } = startReconciling({ plan, pool, applier, log });
  const tidying = new Tidying(pool, log);
  const wake = await listenForChanges(plan.control.database, 'banyan-controller-listen');
  let stopping = false;

  const running = loop();
  return {
    sources,
    running,
    async stop() {
      stopping = true;
      await wake.close();
      await running.catch(() => {});
      await close();
      await lock.end();
      await pool.end();
    },
  };

  async function loop(): Promise<void> {
    while (!stopping) {
      let resting = false;
      try {
        await tidying.tidy(Date.now());
        resting = await reconcile(() => stopping);
      } catch (error) {
        // Not fixed by trying again: whoever started this process is told.
        if (error instanceof StartError) throw error;
        log.error({ err: error }, 'reconciling failed, trying again');
      }
      await wake.next(resting ? RESTING_TICK_MS : TICK_MS);
    }
  }
}
