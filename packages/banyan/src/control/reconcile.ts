import { readRouteKeys } from '@banyan/gateway';
import type { ResolvedPlan } from '@banyan/plan';
import type pg from 'pg';
import type { Logger } from 'pino';
import { Ledger } from '../rollout/evidence/ledger.ts';
import type { ServiceState } from '../rollout/state.ts';
import { decideTogether, type Group } from '../rollout/together.ts';
import { carryOut } from './carry-out.ts';
import { Baselines } from './facts/baselines.ts';
import { collectFacts, type ServiceFacts, type Sources } from './facts/facts.ts';
import { OwnerKeys } from './facts/owner-keys.ts';
import { Probes } from './facts/probes.ts';
import { RefusedWrites } from './facts/refused-writes.ts';
import { RollbackFacts } from './facts/rollback-facts.ts';
import { UnheardRows } from './facts/unheard-rows.ts';
import { HealthLog } from './health-log.ts';
import type { ApplierClient } from './step/applier-client.ts';
import { ClockSteps, moveAlong } from './step/clock-steps.ts';
import { VersionInForce } from './step/version-in-force.ts';
import { createWriteLocks } from './step/write-locks.ts';
import { readSnapshot } from './store/snapshot.ts';
import { announce } from './store/store.ts';

export type Reconciling = {
  readonly sources: Sources;
  /** One look at everything and the next move of each service. True: every service is where it should be. */
  reconcile(isStopping: () => boolean): Promise<boolean>;
  close(): Promise<void>;
};

/** Looks at the facts, has `decide` say the one next move of each service, carries it out. */
export function startReconciling({
  plan,
  pool,
  applier,
  log,
}: {
  plan: ResolvedPlan;
  pool: pg.Pool;
  applier: ApplierClient;
  log: Logger;
}): Reconciling {
  const writeLocks = createWriteLocks(plan);
  const clock = new ClockSteps();
  const inForce = new VersionInForce(plan, onFailure('the route table in force could not be noted'));
  const probes = new Probes(() => void announce(pool).catch(() => {}));
  const refusals = new RefusedWrites(plan, pool);
  const ownerKeys = new OwnerKeys(plan);
  const rollbackFacts = new RollbackFacts(plan);
  const unheard = new UnheardRows(plan);
  const health = new HealthLog(log);
  const [ledger, baselines] = [new Ledger(pool), new Baselines(pool)];
  const sources: Sources = { pool, plan, ledger, baselines, refusals, ownerKeys, unheard, rollbackFacts };
  const context = { plan, pool, applier, writeLocks, clock, log, ledger, baselines };

  return {
    sources,
    async reconcile(isStopping) {
      void rollbackFacts.look(new Date());
      const { facts, version, stepMs } = await look();
      if (stepMs !== 0) {
        log.warn({ stepMs }, 'the clock of the control database was set; stored moments move along');
        await moveAlong(pool, stepMs);
        return false;
      }
      inForce.note(version);
      await keepUp(facts);
      health.tell(facts);
      for (const group of groupsOf(plan, facts)) {
        if (isStopping()) return false;
        await carryOut(context, decideTogether(group));
      }
      return facts.every(({ state }) => isWhereItShouldBe(state));
    },
    async close() {
      await writeLocks.close();
      await refusals.close();
      await inForce.close();
      await ownerKeys.close();
    },
  };

  /** The facts, the newest route table's version, and by how much the control database's clock was set since the last look, ms. */
  async function look() {
    const asked = performance.now();
    const looking = readSnapshot(pool);
    const facts = await collectFacts({ ...sources, probes }, new Date(), looking);
    const { now, version } = (await looking).now;
    return { facts, version, stepMs: clock.look({ database: now, asked, answered: performance.now() }) };
  }

  /** What follows the stages beside the moves. What cannot be had now is tried again at the next look; steps do not wait for it. */
  async function keepUp(facts: readonly ServiceFacts[]): Promise<void> {
    const states = facts.map(({ state }) => state);
    await writeLocks.reconcile(states).catch(onFailure('write locks could not be changed'));
    await refusals.look(states, Date.now()).catch(onFailure('refused writes could not be counted'));
    await lookAtKeys(states).catch(onFailure('keys could not be compared with owner columns'));
    void unheard
      .look(namesAt('copying', states), performance.now())
      .catch(onFailure('services could not be asked what they have heard'));
  }

  /** The keys that requests carry matter before the first of them moves. */
  async function lookAtKeys(states: readonly ServiceState[]): Promise<void> {
    const services = namesAt('shadowing', states);
    if (services.length > 0) await ownerKeys.look(services, await readRouteKeys(pool), Date.now());
  }

  function onFailure(message: string): (error: unknown) => void {
    return (error) => log.warn({ err: error }, message);
  }
}

/** By who moves together. */
function groupsOf(plan: ResolvedPlan, facts: readonly ServiceFacts[]): Group<ServiceFacts>[] {
  const groups = Map.groupBy(facts, ({ state }) => plan.services[state.service]!.together.join());
  return [...groups.values()].map(([first, ...others]) => [first!, ...others]);
}

function namesAt(stage: ServiceState['stage'], states: readonly ServiceState[]): string[] {
  return states.filter((state) => state.stage === stage).map(({ service }) => service);
}

function isWhereItShouldBe({ stage, share, target }: ServiceState): boolean {
  return stage === target.stage && (stage !== 'canary' || share === target.share);
}
