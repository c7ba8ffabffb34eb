import {
  abortOpenFences,
  applyGatewaySchema,
  forgetKeysSeen,
  prune,
  publishTable,
  readRouteKeys,
  rollUp,
} from '@banyan/gateway';
import type { ResolvedPlan } from '@banyan/plan';
import { describeStage } from '@banyan/plan/stages';
import { createPool, withTransaction } from '@banyan/postgres';
import type { Logger } from 'pino';
import { type Decision, decide } from '../rollout/decide.ts';
import { Ledger } from '../rollout/evidence/ledger.ts';
import { takeBaseline } from '../rollout/evidence/observe.ts';
import { drainsIn, type ServiceState } from '../rollout/state.ts';
import { checkStages } from '../up/check-stages.ts';
import { claimDatabases } from '../up/claim-databases.ts';
import { StartError } from '../up/start-error.ts';
import { Baselines } from './facts/baselines.ts';
import { collectFacts, type ServiceFacts, type Sources } from './facts/facts.ts';
import { OwnerKeys } from './facts/owner-keys.ts';
import { Probes } from './facts/probes.ts';
import { RefusedWrites } from './facts/refused-writes.ts';
import { RollbackFacts } from './facts/rollback-facts.ts';
import { UnheardRows } from './facts/unheard-rows.ts';
import { holdControllerLock } from './lock.ts';
import type { ApplierClient } from './step/applier-client.ts';
import { ClockSteps, moveAlong } from './step/clock-steps.ts';
import { fencedStep, type StepContext } from './step/fenced-step.ts';
import { nextVersion, publishIfChanged, tableOfStates } from './step/route-tables.ts';
import { VersionInForce } from './step/version-in-force.ts';
import { createWriteLocks } from './step/write-locks.ts';
import { pruneRecords } from './store/prune.ts';
import { readSnapshot } from './store/snapshot.ts';
import * as store from './store/store.ts';
import * as verifications from './store/verifications.ts';
import { listenForChanges } from './store/wake.ts';

/** How often facts are collected when nobody announces a change, ms. */
const TICK_MS = 250;
/** The same while every service is where it should be: wishes are announced, and evidence may be a span older. */
const RESTING_TICK_MS = 3_000;
/** How often evidence is summed up and what is old is dropped, ms. */
const TIDY_MS = 60_000;

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
export async function startController(options: {
  plan: ResolvedPlan;
  applier: ApplierClient;
  log: Logger;
}): Promise<Controller> {
  const { plan, applier, log } = options;
  await claimDatabases(plan);
  await checkStages(plan);
  const pool = createPool(plan.control.database, { applicationName: 'banyan-controller', max: 6 });
  const lock = await holdControllerLock(plan.control.database);
  await applyGatewaySchema(pool);
  await store.applyControlSchema(pool);
  await store.ensureServices(pool, Object.keys(plan.services));
  await store.closeInterruptedSteps(pool);
  await abortOpenFences(pool);
  await withTransaction(pool, (client) => publishIfChanged(client, plan));
  const writeLocks = createWriteLocks(plan);
  const clock = new ClockSteps();
  const inForce = new VersionInForce(plan, (error) =>
    log.warn({ err: error }, 'the route table in force could not be noted'),
  );
  const context: StepContext = { plan, pool, applier, writeLocks, clock, log };
  const ledger = new Ledger(pool);
  const probes = new Probes(() => void store.announce(pool).catch(() => {}));
  const refusals = new RefusedWrites(plan, pool);
  const ownerKeys = new OwnerKeys(plan);
  const rollbackFacts = new RollbackFacts(plan);
  const unheard = new UnheardRows(plan);
  const baselines = new Baselines(pool);
  const sources: Sources = { pool, plan, ledger, baselines, refusals, ownerKeys, unheard, rollbackFacts };
  let tidiedAt = 0;
  let unwellBefore = new Map<string, object>();
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
      await writeLocks.close();
      await refusals.close();
      await inForce.close();
      await ownerKeys.close();
      await lock.end();
      await pool.end();
    },
  };

  async function loop(): Promise<void> {
    while (!stopping) {
      let resting = false;
      try {
        await tidy(Date.now()).catch((error) => log.warn({ err: error }, 'old records could not be dropped'));
        resting = await reconcile();
      } catch (error) {
        // Not fixed by trying again: whoever started this process is told.
        if (error instanceof StartError) throw error;
        log.error({ err: error }, 'reconciling failed, trying again');
      }
      await wake.next(resting ? RESTING_TICK_MS : TICK_MS);
    }
  }

  /** True: every service is where it should be. */
  async function reconcile(): Promise<boolean> {
    void rollbackFacts.look(new Date());
    const asked = performance.now();
    const looking = readSnapshot(pool);
    const facts = await collectFacts({ ...sources, probes }, new Date(), looking);
    const { now, version } = (await looking).now;
    const step = clock.look({ database: now, asked, answered: performance.now() });
    if (step !== 0) {
      log.warn({ stepMs: step }, 'the clock of the control database was set; stored moments move along');
      await moveAlong(pool, step);
      return false;
    }
    inForce.note(version);
    // A lock that cannot be had now is tried again; steps do not wait for it.
    await writeLocks
      .reconcile(facts.map(({ state }) => state))
      .catch((error) => log.warn({ err: error }, 'write locks could not be changed'));
    await refusals
      .look(
        facts.map(({ state }) => state),
        Date.now(),
      )
      .catch((error) => log.warn({ err: error }, 'refused writes could not be counted'));
    await lookAtKeys(facts).catch((error) =>
      log.warn({ err: error }, 'keys could not be compared with owner columns'),
    );
    void unheard
      .look(
        facts.filter(({ state }) => state.stage === 'copying').map(({ state }) => state.service),
        performance.now(),
      )
      .catch((error) => log.warn({ err: error }, 'services could not be asked what they have heard'));
    tellHealth(facts);
    for (const service of facts) {
      if (stopping) return false;
      await carryOut(service, decide(service));
    }
    return facts.every(
      ({ state: { stage, share, target } }) =>
        stage === target.stage && (stage !== 'canary' || share === target.share),
    );
  }

  /** The keys that requests carry matter before the first of them moves. */
  async function lookAtKeys(facts: readonly ServiceFacts[]): Promise<void> {
    const services = facts
      .filter(({ state }) => state.stage === 'shadowing')
      .map(({ state }) => state.service);
    if (services.length > 0) await ownerKeys.look(services, await readRouteKeys(pool), Date.now());
  }

  /** One line in the log when an instance becomes unwell, and one when it is well again. */
  function tellHealth(facts: readonly ServiceFacts[]): void {
    const now = new Map<string, object>();
    for (const { state, unwell } of facts)
      for (const { url, why } of unwell ?? [])
        now.set(`${state.service} ${url}`, { service: state.service, url, why });
    for (const [id, one] of now) if (!unwellBefore.has(id)) log.warn(one, 'instance is unwell');
    for (const [id, one] of unwellBefore)
      if (!now.has(id)) log.info({ ...one, why: undefined }, 'instance is well again');
    unwellBefore = now;
  }

  /** A backlog (the controller was away) is worked off in turns, between which the loop decides. */
  async function tidy(now: number): Promise<void> {
    if (Math.abs(now - tidiedAt) < TIDY_MS) return;
    const done = [await rollUp(pool, now), await prune(pool, new Date(now)), await pruneRecords(pool)];
    if (done.every(Boolean)) tidiedAt = now;
  }

  async function carryOut(facts: ServiceFacts, decision: Decision): Promise<void> {
    const { state } = facts;
    switch (decision.do) {
      case 'wait':
        if (decision.why !== state.message) await store.setMessage(pool, state.service, decision.why);
        return;
      case 'pause':
        log.warn({ service: state.service, why: decision.why }, 'paused');
        await store.pause(pool, state.service, decision.why);
        return;
      case 'rollBack':
        log.warn({ service: state.service, why: decision.why }, 'going back by itself');
        await rollBack(pool, state.service, decision.why);
        return;
      case 'enter':
        await enter(state, decision.stage, decision.why);
        return;
      case 'step':
        if (decision.share > state.share) await rememberBefore(facts);
        await fencedStep(context, state, decision.share, decision.why);
        return;
    }
  }

  /** What will be compared with, once fewer keys are left on the monolith, or none. */
  async function rememberBefore({ state, policy, observation, now }: ServiceFacts): Promise<void> {
    const baseline = takeBaseline(ledger, state, {
      before: observation.baseline,
      minRequests: policy.minRequests,
      now,
    });
    await sources.baselines.write(state.service, baseline);
  }

  /** No key changes side, so there is nothing to hold: stage and table change in one transaction. */
  async function enter(state: ServiceState, stage: ServiceState['stage'], why: string): Promise<void> {
    const { service } = state;
    const share = stage === 'monolith' ? 0 : state.share;
    const step = await store.beginStep(pool, {
      service,
      from: describeStage(state.stage, state.share),
      to: describeStage(stage, share),
      reason: why,
    });
    await withTransaction(pool, async (client) => {
      if (stage === 'copying') {
        await verifications.clearVerdicts(client, service);
        await forgetKeysSeen(client, service);
      }
      const version = await nextVersion(client);
      const draining = drainsIn(stage, plan.services[service]!);
      await store.enterStage(client, service, { stage, share, version, draining });
      await publishTable(client, await tableOfStates(client, plan, version));
    });
    await store.endStep(pool, step, 'done', null);
    await store.announce(pool);
    log.info({ service, stage, why }, 'entered');
  }
}

/** Aims at the monolith and says why; `paused` keeps it there until an operator asks to advance again. */
async function rollBack(db: store.Queryable, service: string, why: string): Promise<void> {
  await store.setTarget(db, service, { stage: 'monolith', share: 0 }, { reason: why });
  await store.pause(db, service, why);
  await store.announce(db);
}
