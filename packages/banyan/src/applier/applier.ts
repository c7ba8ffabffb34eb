import { isLinked, type ResolvedPlan } from '@banyan/plan';
import { createPool } from '@banyan/postgres';
import { Readers } from '@banyan/replication';
import type { Logger } from 'pino';
import * as store from '../control/store/store.ts';
import { listenForChanges } from '../control/store/wake.ts';
import { checkStages } from '../up/check-stages.ts';
import { claimDatabases } from '../up/claim-databases.ts';
import type { Step } from './drain.ts';
import { type KeyLookups, keyLookups } from './key-lookup.ts';
import type { Direction } from './link-status.ts';
import { ServiceWorker } from './service-worker.ts';
import { holdForStep } from './step.ts';
import { readUsersWait } from './users-wait.ts';

/** How often the state of the links is written for the others to read, ms. */
const REPORT_MS = 300;
/** How often the desired state is read even if nobody announced a change, ms. */
const TICK_MS = 300;
/** How often it is looked how long users wait, ms. */
const USERS_MS = 1_000;

/** A step, and the open fence of each service that takes it. */
export type StepFences = Step & { fences: readonly { id: string; service: string }[] };

export type Applier = {
  readonly epoch: number;
  /**
   * A locking barrier for the fences of a step. From its markers on both links of each service hold, until the fences' rows say which
   * share is true. Resolves with this applier's epoch.
   */
  fence(step: StepFences): Promise<{ epoch: number; ms: number }>;
  settle(waves: string[][], timeoutMs: number): Promise<boolean>;
  /** Whose is a row that a request names by its path? */
  lookup: KeyLookups['ask'];
  stop(): Promise<void>;
};

/**
 * Runs the replication links and the verification that the stages of the control database ask for. Holds nothing
 * that a restart would miss: positions are in the targets, what is desired is in the control database.
 */
export async function startApplier(options: { plan: ResolvedPlan; log: Logger }): Promise<Applier> {
  const { plan, log } = options;
  await claimDatabases(plan);
  await checkStages(plan);
  const pool = createPool(plan.control.database, { applicationName: 'banyan-applier', max: 4 });
  await store.applyControlSchema(pool);
  await store.ensureServices(pool, Object.keys(plan.services));
  const epoch = await store.nextApplierEpoch(pool);
  const wake = await listenForChanges(plan.control.database, 'banyan-applier-listen');
  const readers = new Readers(plan.name);
  const workers = Object.values(plan.services)
    .filter(isLinked)
    .map((service) => new ServiceWorker({ plan, service, pool, readers, log }));
  const byName = new Map(workers.map((worker) => [worker.service.name, worker]));
  const lookups = keyLookups(plan);
  let stopping = false;

  await reconcileAll();
  const reconciling = reconcileForever();
  const reporting = reportForever();
  const watching = watchUsersForever();

  return {
    epoch,
    async fence({ fences, ...step }) {
      const started = performance.now();
      // Without tables there is nothing to bring over before the step.
      const linked = fences.filter(({ service }) => !isUnlinked(service));
      const held = linked.map(({ id, service }) => ({ id, worker: workerOf(service) }));
      if (held.length > 0) await holdForStep(held, step, log);
      return { epoch, ms: performance.now() - started };
    },
    async settle(waves, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      try {
        for (const wave of waves) {
          await Promise.all(
            wave.map((link) => {
              const [service, direction] = splitLink(link);
              const left = Math.max(1, deadline - performance.now());
              return workerOf(service).running(direction).link.arrived({ timeoutMs: left });
            }),
          );
        }
        return true;
      } catch (error) {
        log.warn({ err: error, waves }, 'a write did not settle in time');
        return false;
      }
    },
    lookup: (question) => lookups.ask(question),
    async stop() {
      stopping = true;
      await wake.close();
      await Promise.all([reconciling, reporting, watching]);
      await Promise.all(workers.map((worker) => worker.stop()));
      await readers.close();
      await lookups.close();
      await pool.end();
    },
  };

  function workerOf(service: string): ServiceWorker {
    const worker = byName.get(service);
    if (!worker) throw new Error(`no service '${service}' in the plan`);
    return worker;
  }

  function isUnlinked(service: string): boolean {
    const known = plan.services[service];
    return known !== undefined && !isLinked(known);
  }

  async function reconcileAll(): Promise<void> {
    const states = await store.readServices(pool);
    for (const state of states) byName.get(state.service)?.reconcile(state);
  }

  async function reconcileForever(): Promise<void> {
    while (!stopping) {
      await wake.next(TICK_MS);
      if (stopping) return;
      await reconcileAll().catch((error) => log.warn({ err: error }, 'control database is away'));
    }
  }

  async function watchUsersForever(): Promise<void> {
    while (!stopping) {
      // Without the control database nobody knows how users fare: nothing rests for it.
      const wait = await readUsersWait(pool, Date.now()).catch(() => null);
      const working = workers.some((worker) => worker.work !== null);
      for (const worker of workers) worker.seeUsers({ wait, working, now: performance.now() });
      await new Promise((resolve) => setTimeout(resolve, USERS_MS));
    }
  }

  async function reportForever(): Promise<void> {
    while (!stopping) {
      const links = workers.flatMap((worker) => worker.status());
      await store.writeLinks(pool, links).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, REPORT_MS));
    }
  }
}

function splitLink(link: string): [service: string, direction: Direction] {
  const dot = link.lastIndexOf('.');
  return [link.slice(0, dot), link.slice(dot + 1) as Direction];
}
