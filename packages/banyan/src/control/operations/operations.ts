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
import type { Group } from '../../rollout/together.ts';
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
import { refuseSilence } from './refuse-silence.ts';

const MONOLITH: Target = { stage: 'monolith', share: 0 };
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

/** Where services are to go that move together: each is checked against its state, all are written down at once, and announced. */
function wishes(sources: Sources): Pick<Control, 'advance' | 'pause' | 'resume' | 'rollback' | 'retire'> {
  const { pool } = sources;

  /** What has become of the service, once the loop knows. */
  async function announced(service: string): Promise<ServiceStatus> {
    await store.announce(pool);
    return describeService(sources, await factsOf(sources, service));
  }

  /** All or none of them. */
  async function forEach(
    group: Group<ServiceFacts>,
    write: (db: store.Queryable, service: string) => Promise<void>,
  ): Promise<void> {
    await withTransaction(pool, async (client) => {
      for (const { state } of group) await write(client, state.service);
    });
  }

  return {
    async advance(service, target, { force = false }) {
      const group = await factsOfGroup(sources, service);
      const [{ state, policy }] = group;
      const aim: Target = target ?? nextStop(state, policy.steps);
      for (const { state } of group) refuseIllegalMove(state, aim);
      if (!force) await refuseSilence(sources, group, aim);
      await withTransaction(pool, async (client) => {
        // Asking again is the way to go on after a pause.
        await goOn(
          client,
          sources,
          group.filter(({ state }) => state.paused !== null),
        );
        for (const { state } of group)
          await store.setTarget(client, state.service, aim, { reason: ASKED_FOR, forced: force });
      });
      return await announced(service);
    },

    async pause(service, reason) {
      const group = await factsOfGroup(sources, service);
      for (const { state } of group) refuseToPause(state);
      await forEach(group, (db, one) => store.pause(db, one, reason || 'paused by an operator'));
      return await announced(service);
    },

    async resume(service) {
      const group = await factsOfGroup(sources, service);
      for (const { state } of group) refuseToResume(state);
      await withTransaction(pool, (client) => goOn(client, sources, group));
      return await announced(service);
    },

    async rollback(service, reason, { force = false } = {}) {
      const group = await factsOfGroup(sources, service);
      for (const { state } of group) refuseToRollBack(state);
      if (!force) await refuseSilence(sources, group, MONOLITH);
      await forEach(group, (db, one) => store.setTarget(db, one, MONOLITH, { reason: reason || ASKED_FOR }));
      return await announced(service);
    },

    async retire(service, { force = false } = {}) {
      const group = await factsOfGroup(sources, service);
      for (const facts of group) await refuseRetirement(sources, facts, { force });
      const target: Target = { stage: 'retired', share: FULL_SHARE };
      await forEach(group, (db, one) => store.setTarget(db, one, target, { reason: ASKED_FOR }));
      return await announced(service);
    },
  };
}

/** Their pause is over; what is counted from the next route table on is the evidence. */
async function goOn(db: store.Queryable, { plan }: Sources, paused: readonly ServiceFacts[]): Promise<void> {
  if (paused.length === 0) return;
  const version = await nextVersion(db);
  for (const { state } of paused) await store.restartEvidence(db, state.service, version);
  await publishTable(db, await tableOfStates(db, plan, version));
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
  const [facts] = await factsOfGroup(sources, service);
  return facts;
}

/** Of the service, and after it of those that move with it. */
async function factsOfGroup(sources: Sources, service: string): Promise<Group<ServiceFacts>> {
  demandService(sources, service);
  const { together } = sources.plan.services[service]!;
  const facts = await collectFacts(sources, new Date());
  const own = facts.find(({ state }) => state.service === service)!;
  return [own, ...facts.filter((one) => one !== own && together.includes(one.state.service))];
}

function demandService({ plan }: Sources, service: string): void {
  if (Object.hasOwn(plan.services, service)) return;
  throw noSuchService(service, Object.keys(plan.services));
}
