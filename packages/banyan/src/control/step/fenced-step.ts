import { randomUUID } from 'node:crypto';
import { awaitAcks, commitFences, openFences, withdrawFences } from '@banyan/gateway';
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

/** A service that changes its share, and why. */
export type Moving = { state: ServiceState; why: string };

/**
 * The fenced step (docs/architecture.md): hold, drain, barrier, switch, release; of one service, or of all that move together. Whatever
 * fails before the deciding transaction leaves everything as it was; whatever dies after it finds the switch made.
 */
export async function fencedStep(
  context: StepContext,
  moving: readonly Moving[],
  toShare: number,
): Promise<boolean> {
  const { pool, plan, applier, writeLocks, clock, log } = context;
  const services = moving.map(({ state }) => state.service);
  const fromShare = moving[0]!.state.share;
  const toStage: Stage = toShare > 0 ? 'canary' : 'shadowing';
  const limitMs = Math.min(...services.map((service) => plan.services[service]!.rollout.fenceLimitMs));
  const up = toShare > fromShare;
  const record = await beginRecord(pool, moving, describeStage(toStage, toShare));
  let started = performance.now();
  const elapsed = () => performance.now() - started;
  const fences = services.map((service) => ({ id: randomUUID(), service }));
  let asked = false;
  /** By when all gateways held the writes, and by when the other side had what came before; ms. */
  let heldMs = 0;
  let appliedMs = 0;
  try {
    if (up) for (const service of services) await writeLocks.install(service);
    started = performance.now();
    asked = true;
    await openFences(pool, { fences, fromShare, toShare, limitMs });
    await Promise.all(fences.map(({ id }) => awaitAcks(pool, id, { timeoutMs: limitMs })));
    heldMs = elapsed();
    const timeoutMs = Math.max(1, Math.floor(limitMs - heldMs));
    const { epoch } = await applier.fence({ fences, fromShare, toShare, timeoutMs });
    appliedMs = elapsed();
    // The monolith must take the writes that come back before they come; it refuses the ones that left after they did.
    if (!up) for (const service of services) await writeLocks.set(service, toShare);
    await withTransaction(pool, async (client) => {
      if (!(await store.applierEpochIs(client, epoch)))
        throw new Error('the applier restarted during the step');
      // A lease that ran out because the clock was set is one that its worker still goes by.
      const before = performance.now();
      const database = await store.databaseClock(client);
      if (clock.since({ database, asked: before, answered: performance.now() }) !== 0)
        throw new Error('the clock of the control database was set during the step');
      const version = await nextVersion(client);
      for (const service of services)
        await store.enterStage(client, service, { stage: toStage, share: toShare, version });
      await commitFences(
        client,
        fences.map(({ id }) => id),
        await tableOfStates(client, plan, version),
      );
    });
  } catch (error) {
    // The answer to the opening or to the commit may be what was lost: the rows decide.
    const outcome = asked ? await withdrawFences(pool, { fences, fromShare, toShare }) : 'aborted';
    if (outcome === 'aborted') {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ err: error, services, fromShare, toShare }, 'fenced step failed, nothing switched');
      await record.end('failed', elapsed(), reason);
      for (const service of services) await store.noteFailedStep(pool, service, reason);
      return false;
    }
  }
  const fenceMs = elapsed();
  await record.end('done', fenceMs);
  await store.announce(pool);
  if (up) for (const service of services) await writeLocks.set(service, toShare);
  log.info({ services, fromShare, toShare, fenceMs, heldMs, appliedMs }, 'fenced step done');
  return true;
}

/** The step in the history of each service. */
async function beginRecord(pool: pg.Pool, moving: readonly Moving[], to: string) {
  const ids: number[] = [];
  for (const { state, why } of moving) {
    const from = describeStage(state.stage, state.share);
    ids.push(await store.beginStep(pool, { service: state.service, from, to, reason: why }));
  }
  return {
    async end(outcome: 'done' | 'failed', fenceMs: number, reason?: string): Promise<void> {
      for (const id of ids) await store.endStep(pool, id, outcome, fenceMs, reason);
    },
  };
}
