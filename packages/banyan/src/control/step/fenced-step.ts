import { abortFence, awaitAcks, commitFence, openFence } from '@banyan/gateway';
import type { ResolvedPlan } from '@banyan/plan';
import { describeStage, type Stage } from '@banyan/plan/stages';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { ServiceState } from '../../rollout/state.ts';
import * as store from '../store/store.ts';
import type { ApplierClient } from './applier-client.ts';
import type { ClockSteps } from './clock-steps.ts';
import { nextVersion, tableOfStates } from './route-tables.ts';
import type { WriteLocks } from './write-locks.ts';

export type StepContext = {
  plan: ResolvedPlan;
  pool: pg.Pool;
  applier: ApplierClient;
  writeLocks: WriteLocks;
  clock: ClockSteps;
  log: Logger;
};

/**
 * The fenced step (docs/architecture.md): hold, drain, barrier, switch, release. Whatever fails before the
 * deciding transaction leaves everything as it was; whatever dies after it finds the switch made.
 */
export async function fencedStep(
  context: StepContext,
  state: ServiceState,
  toShare: number,
  why: string,
): Promise<boolean> {
  const { pool, plan, applier, writeLocks, clock, log } = context;
  const { service, share: fromShare } = state;
  const toStage: Stage = toShare > 0 ? 'canary' : 'shadowing';
  const limitMs = plan.services[service]!.rollout.fenceLimitMs;
  const up = toShare > fromShare;
  const stepId = await store.beginStep(pool, {
    service,
    from: describeStage(state.stage, fromShare),
    to: describeStage(toStage, toShare),
    reason: why,
  });
  let started = performance.now();
  const elapsed = () => performance.now() - started;
  let fenceId: string | undefined;
  /** By when all gateways held the writes, and by when the other side had what came before; ms. */
  let heldMs = 0;
  let appliedMs = 0;
  try {
    if (up) await writeLocks.install(service);
    started = performance.now();
    const fence = await openFence(pool, { service, fromShare, toShare, limitMs });
    fenceId = fence.id;
    await awaitAcks(pool, fence.id, { timeoutMs: limitMs });
    heldMs = elapsed();
    const timeoutMs = Math.max(1, Math.floor(limitMs - heldMs));
    const { epoch } = await applier.fence({ id: fence.id, service, fromShare, toShare, timeoutMs });
    appliedMs = elapsed();
    // The monolith must take the writes that come back before they come; it refuses the ones that left after they did.
    if (!up) await writeLocks.set(service, toShare);
    await withTransaction(pool, async (client) => {
      if (!(await store.applierEpochIs(client, epoch)))
        throw new Error('the applier restarted during the step');
      // A lease that ran out because the clock was set is one that its worker still goes by.
      const asked = performance.now();
      const database = await store.databaseClock(client);
      if (clock.since({ database, asked, answered: performance.now() }) !== 0)
        throw new Error('the clock of the control database was set during the step');
      const version = await nextVersion(client);
      await store.enterStage(client, service, { stage: toStage, share: toShare, version });
      await commitFence(client, fence.id, await tableOfStates(client, plan, version));
    });
  } catch (error) {
    // The commit's answer may be what was lost: the row decides.
    const outcome = fenceId === undefined ? 'aborted' : await abortFence(pool, fenceId);
    if (outcome === 'aborted') {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ err: error, service, fromShare, toShare }, 'fenced step failed, nothing switched');
      await store.endStep(pool, stepId, 'failed', elapsed(), reason);
      await store.noteFailedStep(pool, service, reason);
      return false;
    }
  }
  const fenceMs = elapsed();
  await store.endStep(pool, stepId, 'done', fenceMs);
  await store.announce(pool);
  if (up) await writeLocks.set(service, toShare);
  log.info({ service, fromShare, toShare, fenceMs, heldMs, appliedMs }, 'fenced step done');
  return true;
}
