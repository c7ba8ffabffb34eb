import { forgetKeysSeen, publishTable } from '@banyan/gateway';
import { describeStage, type Target } from '@banyan/plan/stages';
import { withTransaction } from '@banyan/postgres';
import { takeBaseline } from '../rollout/evidence/observe.ts';
import { backFrom, drainsIn, type ServiceState } from '../rollout/state.ts';
import type { Group, Move } from '../rollout/together.ts';
import type { ServiceFacts, Sources } from './facts/facts.ts';
import { fencedStep, type Moving, type StepContext } from './step/fenced-step.ts';
import { nextVersion, tableOfStates } from './step/route-tables.ts';
import * as store from './store/store.ts';
import * as verifications from './store/verifications.ts';

export type CarryOutContext = StepContext & Pick<Sources, 'ledger' | 'baselines'>;

/** Does what was decided of services that move together; the next look sees what has come of it. */
export async function carryOut(context: CarryOutContext, moves: Group<Move<ServiceFacts>>): Promise<void> {
  const { pool, plan, log } = context;
  const told = moves.map(({ facts, decision }) => ({ state: facts.state, why: decision.why }));
  const [{ decision }] = moves;
  switch (decision.do) {
    case 'wait':
      for (const { state, why } of told)
        if (why !== state.message) await store.setMessage(pool, state.service, why);
      return;
    case 'pause':
      for (const { state, why } of told) log.warn({ service: state.service, why }, 'paused');
      await withTransaction(pool, async (client) => {
        for (const { state, why } of told) await store.pause(client, state.service, why);
      });
      return;
    case 'rollBack':
      for (const { state, why } of told) log.warn({ service: state.service, why }, 'going back by itself');
      await withTransaction(pool, async (client) => {
        const target = backFrom(told.map(({ state }) => plan.services[state.service]!));
        for (const { state, why } of told) await rollBack(client, state.service, target, why);
      });
      return;
    case 'enter':
      await enter(context, told, decision.stage);
      return;
    case 'step':
      for (const { facts } of moves)
        if (decision.share > facts.state.share) await rememberBefore(context, facts);
      await fencedStep(context, told, decision.share);
      return;
  }
}

/** Aims at where nobody is on it and says why; `paused` keeps it there until an operator asks to advance again. */
async function rollBack(db: store.Queryable, service: string, target: Target, why: string): Promise<void> {
  await store.setTarget(db, service, target, { reason: why });
  await store.pause(db, service, why);
  await store.announce(db);
}

/** No key changes side, so there is nothing to hold: stages and table change in one transaction. */
async function enter(
  { pool, plan, log }: CarryOutContext,
  told: readonly Moving[],
  stage: ServiceState['stage'],
): Promise<void> {
  const steps: number[] = [];
  const shareOf = (state: ServiceState) => (stage === 'monolith' ? 0 : state.share);
  for (const { state, why } of told) {
    const from = describeStage(state.stage, state.share);
    const step = { service: state.service, from, to: describeStage(stage, shareOf(state)), reason: why };
    steps.push(await store.beginStep(pool, step));
  }
  await withTransaction(pool, async (client) => {
    const version = await nextVersion(client);
    for (const { state } of told) {
      const { service } = state;
      if (stage === 'copying') {
        await verifications.clearVerdicts(client, service);
        await forgetKeysSeen(client, service);
      }
      const draining = drainsIn(stage, plan.services[service]!);
      await store.enterStage(client, service, { stage, share: shareOf(state), version, draining });
    }
    await publishTable(client, await tableOfStates(client, plan, version));
  });
  for (const step of steps) await store.endStep(pool, step, 'done', null);
  await store.announce(pool);
  for (const { state, why } of told) log.info({ service: state.service, stage, why }, 'entered');
}

/** What will be compared with, once fewer keys are left on the monolith, or none. */
async function rememberBefore(
  { ledger, baselines }: CarryOutContext,
  { state, policy, observation, now }: ServiceFacts,
): Promise<void> {
  const baseline = takeBaseline(ledger, state, {
    before: observation.baseline,
    minRequests: policy.minRequests,
    now,
  });
  await baselines.write(state.service, baseline);
}
