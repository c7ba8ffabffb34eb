import {
  countLiveWorkers,
  publishTable,
  readFailures,
  readMismatches,
  readTable,
  readUnwell,
} from '@banyan/gateway';
import { FULL_SHARE, type Target } from '@banyan/plan/stages';
import { withTransaction } from '@banyan/postgres';
import { nextStop, refuseIllegalMove } from '../../rollout/stops.ts';
import { type Control, ControlError, type ServiceStatus } from '../control.ts';
import { collectFacts, type ServiceFacts, type Sources } from '../facts/facts.ts';
import { nextVersion, tableOfStates } from '../step/route-tables.ts';
import * as store from '../store/store.ts';
import * as verifications from '../store/verifications.ts';
import { describeService, planSteps } from './describe-service.ts';
import { DatabaseInventory } from './inventory.ts';
import { noSuchService } from './no-such-service.ts';
import { refuseToPause, refuseToResume, refuseToRollBack, refuseToVerify } from './refusals.ts';
import { refuseRetirement } from './refuse-retirement.ts';

const MIGRATED: Target = { stage: 'migrated', share: FULL_SHARE };
/** Why, where the operator did not say. */
const ASKED_FOR = 'asked for by an operator';

/** The control plane's operations over the control database; they set wishes, the controller's loop carries them out. */
export function createOperations(sources: Sources): Control {
  return { ...looks(sources), ...wishes(sources), ...verification(sources) };
}

/** What only reads. */
function looks(
  sources: Sources,
): Pick<Control, 'status' | 'databases' | 'plan' | 'mismatches' | 'failures' | 'steps'> {
  const { plan, pool, rollbackFacts } = sources;
  const inventory = new DatabaseInventory(plan, () => store.readServices(pool));
  const demand = (service: string | null) => {
    if (service !== null) demandService(sources, service);
  };
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
        services: facts.map((one) => describeService(sources, one)),
      };
    },

    async databases(service) {
      demand(service);
      return await inventory.look(service);
    },

    async plan(service, target) {
      demand(service);
      await rollbackFacts?.look(new Date());
      const facts = await collectFacts(sources, new Date());
      const wanted = facts.filter(({ state }) => service === null || state.service === service);
      return Object.fromEntries(
        wanted.map((one) => [one.state.service, planSteps(sources, one, target ?? MIGRATED)]),
      );
    },

    async mismatches(service, limit) {
      demand(service);
      return await readMismatches(pool, { service, limit });
    },

    async failures(service, limit) {
      demand(service);
      return await readFailures(pool, { service: service ?? '', limit });
    },

    async steps(service, limit) {
      demand(service);
      return await store.readSteps(pool, service, limit);
    },
  };
}

/** Where a service is to go: each is checked against its state, written down and announced. */
function wishes(sources: Sources): Pick<Control, 'advance' | 'pause' | 'resume' | 'rollback' | 'retire'> {
  const { plan, pool } = sources;

  /** What has become of the service, once the loop knows. */
  async function announced(service: string): Promise<ServiceStatus> {
    await store.announce(pool);
    return describeService(sources, await factsOf(sources, service));
  }

  /** The pause is over; what is counted from the next route table on is the evidence. */
  async function goOn(db: store.Queryable, service: string): Promise<void> {
    const version = await nextVersion(db);
    await store.restartEvidence(db, service, version);
    await publishTable(db, await tableOfStates(db, plan, version));
  }

  return {
    async advance(service, target, { force = false }) {
      const { state, policy } = await factsOf(sources, service);
      const aim: Target = target ?? nextStop(state, policy.steps);
      refuseIllegalMove(state, aim);
      await withTransaction(pool, async (client) => {
        // Asking again is the way to go on after a pause.
        if (state.paused !== null) await goOn(client, service);
        await store.setTarget(client, service, aim, { reason: ASKED_FOR, forced: force });
      });
      return await announced(service);
    },

    async pause(service, reason) {
      const { state } = await factsOf(sources, service);
      refuseToPause(state);
      await store.pause(pool, service, reason || 'paused by an operator');
      return await announced(service);
    },

    async resume(service) {
      const { state } = await factsOf(sources, service);
      refuseToResume(state);
      await withTransaction(pool, (client) => goOn(client, service));
      return await announced(service);
    },

    async rollback(service, reason) {
      const { state } = await factsOf(sources, service);
      refuseToRollBack(state);
      await store.setTarget(pool, service, { stage: 'monolith', share: 0 }, { reason: reason || ASKED_FOR });
      return await announced(service);
    },

    async retire(service, { force = false } = {}) {
      await refuseRetirement(sources, await factsOf(sources, service), { force });
      await store.setTarget(pool, service, { stage: 'retired', share: FULL_SHARE }, { reason: ASKED_FOR });
      return await announced(service);
    },
  };
}

function verification(sources: Sources): Pick<Control, 'startVerification' | 'verification'> {
  const { pool } = sources;
  return {
    async startVerification(service, repair) {
      refuseToVerify(await factsOf(sources, service), { repair });
      return { id: await verifications.queueVerification(pool, service, repair) };
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
  };
}

async function factsOf(sources: Sources, service: string): Promise<ServiceFacts> {
  demandService(sources, service);
  const facts = await collectFacts(sources, new Date());
  return facts.find(({ state }) => state.service === service)!;
}

function demandService({ plan }: Sources, service: string): void {
  if (Object.hasOwn(plan.services, service)) return;
  throw noSuchService(service, Object.keys(plan.services));
}
