import { countLiveWorkers, readMismatches, readTable } from '@banyan/gateway';
import type pg from 'pg';
import { type Control, ControlError, type PlannedStep, type ServiceStatus } from '../control/control.ts';
import * as store from '../control/store.ts';
import type { ResolvedPlan } from '../plan/resolved.ts';
import { stopsBetween } from '../stage/decide.ts';
import { priceOfGoingBack } from '../stage/price.ts';
import {
  describeStage,
  FULL_SHARE,
  rank,
  type ServiceState,
  type Stage,
  type Target,
} from '../stage/stages.ts';
import { collectFacts, type ServiceFacts } from './facts.ts';
import { serviceOnlyColumns } from './service-only-columns.ts';

/** The control plane's operations over the control database; they set wishes, the controller's loop carries them out. */
export function createOperations(plan: ResolvedPlan, pool: pg.Pool): Control {
  const onlyOnService = serviceOnlyColumns(plan);

  return {
    async status() {
      const [facts, table, gatewayWorkers] = await Promise.all([
        collectFacts(pool, plan, new Date()),
        readTable(pool),
        countLiveWorkers(pool),
      ]);
      return {
        system: plan.name,
        routeTableVersion: table?.version ?? 0,
        gatewayWorkers,
        services: await Promise.all(facts.map(describeService)),
      };
    },

    async plan(service, target) {
      if (service !== null) demandService(service);
      const facts = await collectFacts(pool, plan, new Date());
      const wanted = facts.filter(({ state }) => service === null || state.service === service);
      const entries = wanted.map(
        async (one) =>
          [
            one.state.service,
            await planSteps(one, target ?? { stage: 'migrated', share: FULL_SHARE }),
          ] as const,
      );
      return Object.fromEntries(await Promise.all(entries));
    },

    async advance(service, target, { force = false }) {
      const { state, policy } = await factsOf(service);
      const aim = target ?? nextStop(state, policy.steps);
      refuseIllegal(state, aim);
      await store.setTarget(pool, service, aim, force);
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
      await store.setTarget(pool, service, { stage: 'monolith', share: 0 }, false);
      await store.setMessage(pool, service, reason || 'rolled back by an operator');
      await store.announce(pool);
      return describeService(await factsOf(service));
    },

    async startVerification(service, repair) {
      const { forward } = await factsOf(service);
      if (forward.state !== 'streaming') {
        throw new ControlError(
          'not_streaming',
          409,
          `'${service}' cannot be verified while its forward link is ${forward.state}`,
          `banyan advance ${service} --to shadowing, then verify`,
        );
      }
      const id = await store.queueVerification(pool, service, repair);
      return { id };
    },

    async verification(id) {
      const run = await store.readVerification(pool, id);
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

    async retire(service) {
      const { state, verification } = await factsOf(service);
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
      await store.setTarget(pool, service, { stage: 'retired', share: FULL_SHARE }, false);
      await store.announce(pool);
      return describeService(await factsOf(service));
    },

    async steps(service, limit) {
      if (service !== null) demandService(service);
      return await store.readSteps(pool, service, limit);
    },
  };

  async function factsOf(service: string): Promise<ServiceFacts> {
    demandService(service);
    const facts = await collectFacts(pool, plan, new Date());
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

  function demandService(service: string): void {
    if (plan.services[service]) return;
    const known = Object.keys(plan.services).join(', ');
    throw new ControlError(
      'no_such_service',
      404,
      `there is no service '${service}' in the plan`,
      `known services: ${known}`,
    );
  }

  async function describeService(facts: ServiceFacts): Promise<ServiceStatus> {
    const { state } = facts;
    return {
      service: state.service,
      stage: state.stage,
      share: state.share,
      target: state.target,
      paused: state.paused,
      message: state.message,
      since: state.since.toISOString(),
      links: facts.links,
      verification: facts.tables,
      evidence: facts.evidence,
      priceOfGoingBack: await price(facts, state.stage, state.share),
    };
  }

  async function price(facts: ServiceFacts, stage: Stage, share: number) {
    return priceOfGoingBack({
      stage,
      share,
      // A step that is only planned will have its reverse link: no step up is made without.
      reverse: share > facts.state.share ? { state: 'streaming', lagMs: 0 } : facts.reverse,
      maxLagMs: facts.policy.maxLagMs,
      serviceOnlyColumns: await onlyOnService(facts.state.service),
    });
  }

  async function planSteps(facts: ServiceFacts, target: Target): Promise<PlannedStep[]> {
    const steps: PlannedStep[] = [];
    let at = { stage: facts.state.stage, share: facts.state.share };
    for (const next of wayTo(at, target, facts)) {
      const fenced = next.share !== at.share;
      steps.push({
        order: steps.length + 1,
        what: fenced ? `fenced step: hold, drain, barrier, switch` : `enter ${next.stage}`,
        from: describeStage(at.stage, at.share),
        to: describeStage(next.stage, next.share),
        fenced,
        price: await price(facts, next.stage, next.share),
      });
      at = next;
    }
    return steps;
  }
}

/** Every stop between here and the target, in order. */
function wayTo(
  from: { stage: Stage; share: number },
  target: Target,
  { policy }: ServiceFacts,
): Array<{ stage: Stage; share: number }> {
  const way: Array<{ stage: Stage; share: number }> = [];
  const goal = rank(target.stage);
  if (
    goal < rank(from.stage) ||
    (target.stage === 'canary' && from.stage === 'canary' && target.share < from.share)
  ) {
    if (from.share > (target.stage === 'canary' ? target.share : 0)) {
      way.push(
        target.stage === 'canary'
          ? { stage: 'canary', share: target.share }
          : { stage: 'shadowing', share: 0 },
      );
    }
    if (target.stage !== 'canary' && target.stage !== 'shadowing')
      way.push({ stage: target.stage, share: 0 });
    return way;
  }
  if (rank(from.stage) < rank('copying') && goal >= rank('copying')) way.push({ stage: 'copying', share: 0 });
  if (rank(from.stage) < rank('shadowing') && goal >= rank('shadowing'))
    way.push({ stage: 'shadowing', share: 0 });
  if (goal >= rank('canary') && rank(from.stage) <= rank('canary')) {
    const limit = target.stage === 'canary' ? target.share : FULL_SHARE;
    for (const share of stopsBetween(policy, from.share, limit)) way.push({ stage: 'canary', share });
  }
  if (goal >= rank('migrated') && rank(from.stage) < rank('migrated'))
    way.push({ stage: 'migrated', share: FULL_SHARE });
  if (goal >= rank('retired') && rank(from.stage) < rank('retired'))
    way.push({ stage: 'retired', share: FULL_SHARE });
  return way;
}

/** `banyan advance auth` without --to: one stop further. */
function nextStop(state: ServiceState, steps: number[]): Target {
  switch (state.stage) {
    case 'monolith':
      return { stage: 'copying', share: 0 };
    case 'copying':
      return { stage: 'shadowing', share: 0 };
    case 'shadowing':
      return { stage: 'canary', share: steps[0] ?? FULL_SHARE };
    case 'canary': {
      const next = steps.find((share) => share > state.share);
      return next === undefined ? { stage: 'migrated', share: FULL_SHARE } : { stage: 'canary', share: next };
    }
    case 'migrated':
    case 'retired':
      return { stage: state.stage, share: FULL_SHARE };
  }
}

function refuseIllegal(state: ServiceState, aim: Target): void {
  const { service } = state;
  if (state.stage === 'retired') {
    throw new ControlError(
      'retired',
      409,
      `'${service}' is retired`,
      'there is no further stage and no way back',
    );
  }
  if (aim.stage === 'retired') {
    throw new ControlError(
      'use_retire',
      409,
      'retired is the one stage with no way back',
      `banyan retire ${service}`,
    );
  }
  const down =
    rank(aim.stage) < rank(state.stage) ||
    (aim.stage === 'canary' && state.stage === 'canary' && aim.share < state.share);
  if (down && aim.stage === 'copying') {
    throw new ControlError(
      'no_such_move',
      409,
      `'${service}' cannot go back to copying`,
      `banyan rollback ${service}, or --to shadowing`,
    );
  }
}
