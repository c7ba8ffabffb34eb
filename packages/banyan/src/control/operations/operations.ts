import {
  countLiveWorkers,
  publishTable,
  readFailures,
  readMismatches,
  readTable,
  readUnwell,
} from '@banyan/gateway';
import { describeFromMonolith, tablesFromMonolith } from '@banyan/plan';
import { describeStage, FULL_SHARE, rank, type Stage, type Target } from '@banyan/plan/stages';
import { withTransaction } from '@banyan/postgres';
import { rollbackImpact } from '../../rollout/rollback-impact.ts';
import { linksRemain } from '../../rollout/state.ts';
import { nextStop, refuseIllegalMove, stopsTo } from '../../rollout/stops.ts';
import {
  type Control,
  ControlError,
  type PlannedStep,
  type ServiceStatus,
  type TableVerification,
} from '../control.ts';
import { collectFacts, type ServiceFacts, type Sources } from '../facts/facts.ts';
import { nextVersion, tableOfStates } from '../step/route-tables.ts';
import * as store from '../store/store.ts';
import * as verifications from '../store/verifications.ts';
import { DatabaseInventory } from './inventory.ts';
import { noSuchService } from './no-such-service.ts';

/** Rows that the service may own are not on the monolith as they are there. */
function isLacking({ missingInLegacy, inconsistent }: TableVerification): boolean {
  return missingInLegacy > 0 || inconsistent > 0;
}

/** The control plane's operations over the control database; they set wishes, the controller's loop carries them out. */
export function createOperations(sources: Sources): Control {
  const { plan, pool, rollbackFacts } = sources;
  const inventory = new DatabaseInventory(plan, () => store.readServices(pool));

  return {
    async status() {
      const [facts, table, gatewayWorkers, unwell] = await Promise.all([
        collectFacts(sources, new Date()),
        readTable(pool),
        countLiveWorkers(pool),
        readUnwell(pool),
      ]);
      return {
        system: plan.name,
        plan: sources.fingerprints ?? {},
        routeTableVersion: table?.version ?? 0,
        gatewayWorkers,
        unwell: unwell.filter(({ upstream }) => upstream === 'monolith'),
        databases: inventory.latest(Date.now()),
        services: facts.map(describeService),
      };
    },

    async databases(service) {
      if (service !== null) demandService(service);
      return await inventory.look(service);
    },

    async plan(service, target) {
      if (service !== null) demandService(service);
      await rollbackFacts?.look(new Date());
      const facts = await collectFacts(sources, new Date());
      const wanted = facts.filter(({ state }) => service === null || state.service === service);
      return Object.fromEntries(
        wanted.map((one) => [
          one.state.service,
          planSteps(one, target ?? { stage: 'migrated', share: FULL_SHARE }),
        ]),
      );
    },

    async advance(service, target, { force = false }) {
      const { state, policy } = await factsOf(service);
      const aim = target ?? nextStop(state, policy.steps);
      refuseIllegalMove(state, aim);
      await withTransaction(pool, async (client) => {
        // Asking again is the way to go on after a pause.
        if (state.paused !== null) await goOn(client, service);
        await store.setTarget(client, service, aim, { reason: 'asked for by an operator', forced: force });
      });
      await store.announce(pool);
      return describeService(await factsOf(service));
    },

    async pause(service, reason) {
      const { state } = await factsOf(service);
      if (state.stage === state.target.stage && state.share === state.target.share) {
        throw new ControlError(
          'not_moving',
          409,
          `'${service}' stays at ${describeStage(state.stage, state.share)}: there is nothing to pause`,
          `banyan status ${service}`,
        );
      }
      if (rank(state.target.stage) < rank(state.stage)) {
        throw new ControlError(
          'going_back',
          409,
          `'${service}' is going back, which no pause stops`,
          `banyan advance ${service} --to <target> turns it round`,
        );
      }
      await store.pause(pool, service, reason || 'paused by an operator');
      await store.announce(pool);
      return describeService(await factsOf(service));
    },

    async resume(service) {
      const { state } = await factsOf(service);
      if (state.paused === null) {
        throw new ControlError('not_paused', 409, `'${service}' is not paused`, `banyan status ${service}`);
      }
      if (rank(state.target.stage) < rank('copying')) {
        throw new ControlError(
          'went_back',
          409,
          `'${service}' is not paused on its way, it went back: ${state.paused}`,
          `fix that, then say where to: banyan advance ${service} --to <target>`,
        );
      }
      await withTransaction(pool, (client) => goOn(client, service));
      await store.announce(pool);
      return describeService(await factsOf(service));
    },

    async rollback(service, reason) {
      const { state } = await factsOf(service);
      if (state.stage === 'retired') {
        throw new ControlError(
          'retired',
          409,
          `'${service}' is retired: the monolith has not seen its writes since`,
          'restore from the service by hand; retired is the one stage with no way back',
        );
      }
      await store.setTarget(
        pool,
        service,
        { stage: 'monolith', share: 0 },
        { reason: reason || 'asked for by an operator' },
      );
      await store.announce(pool);
      return describeService(await factsOf(service));
    },

    async startVerification(service, repair) {
      const { forward } = await factsOf(service);
      // A repair is the way on of a link that misses changes: it waits until all links stream.
      if (forward.state === 'failed' && !repair) {
        throw new ControlError(
          'not_streaming',
          409,
          `'${service}' cannot be verified while its forward link is failed: ${forward.error}`,
          `fix that; where changes were missed, banyan verify ${service} --repair takes things as they are and repairs rows`,
        );
      }
      if (forward.state === 'off' || forward.state === 'preparing' || forward.state === 'copying') {
        throw new ControlError(
          'not_streaming',
          409,
          `'${service}' cannot be verified while its forward link is ${forward.state}`,
          `banyan advance ${service} --to shadowing, then verify`,
        );
      }
      const id = await verifications.queueVerification(pool, service, repair);
      return { id };
    },

    async verification(id) {
      const run = await verifications.readVerification(pool, id);
      if (!run)
        throw new ControlError(
          'no_such_verification',
          404,
          `there is no verification ${id}`,
          'start one with banyan verify <service>',
        );
      return run;
    },

    async mismatches(service, limit) {
      demandService(service);
      return await readMismatches(pool, { service, limit });
    },

    async failures(service, limit) {
      if (service !== null) demandService(service);
      return await readFailures(pool, { service: service ?? '', limit });
    },

    async retire(service, { force = false } = {}) {
      const { state, verification, linked } = await factsOf(service);
      if (!linked) {
        throw new ControlError(
          'nothing_to_retire',
          409,
          `'${service}' takes over no table: nothing of it is in the monolith's database`,
          'migrated is where it stays',
        );
      }
      if (state.stage !== 'migrated') {
        throw new ControlError(
          'not_migrated',
          409,
          `'${service}' is at ${describeStage(state.stage, state.share)}, not migrated`,
          `banyan advance ${service} --to migrated first`,
        );
      }
      if (verification.verdict !== 'CONSISTENT') {
        throw new ControlError(
          'not_consistent',
          409,
          `'${service}' is not proven equal on both sides (${verification.verdict})`,
          `banyan verify ${service} --repair`,
        );
      }
      await refuseCutOff(service);
      if (!force) await refuseWhileReferredTo(service);
      await store.setTarget(
        pool,
        service,
        { stage: 'retired', share: FULL_SHARE },
        { reason: 'asked for by an operator' },
      );
      await store.announce(pool);
      return describeService(await factsOf(service));
    },

    async steps(service, limit) {
      if (service !== null) demandService(service);
      return await store.readSteps(pool, service, limit);
    },
  };

  /** The pause is over; what is counted from the next route table on is the evidence. */
  async function goOn(db: store.Queryable, service: string): Promise<void> {
    const version = await nextVersion(db);
    await store.restartEvidence(db, service, version);
    await publishTable(db, await tableOfStates(db, plan, version));
  }

  async function factsOf(service: string): Promise<ServiceFacts> {
    demandService(service);
    const facts = await collectFacts(sources, new Date());
    return facts.find(({ state }) => state.service === service)!;
  }

  /** Rows that another service takes from the monolith must go on arriving there. */
  async function refuseCutOff(service: string): Promise<void> {
    const { tables } = plan.services[service]!;
    const owned = tables
      .filter(({ rows }) => rows === 'owned')
      .map(({ legacy }) => `${legacy.schema}.${legacy.table}`);
    const states = await store.readServices(pool);
    for (const { service: other, stage } of states) {
      const needs = plan.services[other]?.tables.find(
        ({ rows, legacy }) => rows === 'foreign' && owned.includes(`${legacy.schema}.${legacy.table}`),
      );
      if (other === service || !needs || stage === 'retired') continue;
      throw new ControlError(
        'others_depend',
        409,
        `'${other}' still takes rows of ${needs.legacy.table} that '${service}' writes back to the monolith`,
        `banyan retire ${other} first`,
      );
    }
  }

  /** What of the monolith's refers to rows that it would no longer get fails for each new one of them. */
  async function refuseWhileReferredTo(service: string): Promise<void> {
    await rollbackFacts?.look(new Date());
    const referring = rollbackFacts?.referring(service)?.names ?? [];
    if (referring.length === 0) return;
    throw new ControlError(
      'monolith_cut_off',
      409,
      `the monolith still needs rows of '${service}', which it would no longer get: ${referring.join(', ')}`,
      `move these tables and columns as well, drop what refers to the rows there, or banyan retire ${service} --force if nothing uses them any more`,
    );
  }

  function demandService(service: string): void {
    if (Object.hasOwn(plan.services, service)) return;
    throw noSuchService(service, Object.keys(plan.services));
  }

  function describeService(facts: ServiceFacts): ServiceStatus {
    const { state } = facts;
    return {
      service: state.service,
      stage: state.stage,
      share: state.share,
      target: state.target,
      paused: state.paused,
      message: state.message,
      reason: state.reason,
      findings: facts.findings,
      unwell: (facts.unwell ?? []).map(({ url, why, workers, of }) => ({ url, why, workers, of })),
      since: state.since.toISOString(),
      links: facts.links,
      draining: linksRemain(facts, plan.services[state.service]!),
      verification: facts.tables,
      evidence: facts.evidence,
      rollbackImpact: impactOf(facts, state.stage, state.share),
    };
  }

  function impactOf(facts: ServiceFacts, stage: Stage, share: number) {
    return rollbackImpact({
      linked: facts.linked,
      stage,
      share,
      // A step that is only planned will have its reverse link: no step up is made without.
      reverse: share > facts.state.share ? { state: 'streaming', lagMs: 0 } : facts.reverse,
      maxLagMs: facts.policy.maxLagMs,
      differing: share > facts.state.share ? [] : facts.tables.filter(isLacking).map(({ table }) => table),
      onlyOnService: rollbackFacts?.onlyOnService(facts.state.service) ?? null,
      ...(stage === 'retired' ? leftBehind(facts.state.service) : {}),
    });
  }

  /** What retiring leaves tied to the monolith. */
  function leftBehind(service: string) {
    return {
      fromMonolith: tablesFromMonolith(plan.services[service]!.tables).map(describeFromMonolith),
      referring: rollbackFacts?.referring(service) ?? null,
    };
  }

  function planSteps(facts: ServiceFacts, target: Target): PlannedStep[] {
    const steps: PlannedStep[] = [];
    let at = { stage: facts.state.stage, share: facts.state.share };
    for (const next of stopsTo(at, target, facts.policy)) {
      const fenced = next.share !== at.share;
      steps.push({
        order: steps.length + 1,
        what: fenced ? `fenced step: hold, drain, barrier, switch` : `enter ${next.stage}`,
        from: describeStage(at.stage, at.share),
        to: describeStage(next.stage, next.share),
        fenced,
        rollbackImpact: impactOf(facts, next.stage, next.share),
      });
      at = next;
    }
    return steps;
  }
}
