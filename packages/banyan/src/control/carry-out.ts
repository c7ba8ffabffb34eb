import { forgetKeysSeen, publishTable } from '@banyan/gateway';
import { describeStage } from '@banyan/plan/stages';
import { withTransaction } from '@banyan/postgres';
import type { Decision } from '../rollout/decide.ts';
import { takeBaseline } from '../rollout/evidence/observe.ts';
import { drainsIn, type ServiceState } from '../rollout/state.ts';
import type { ServiceFacts, Sources } from './facts/facts.ts';
import { fencedStep, type StepContext } from './step/fenced-step.ts';
import { nextVersion, tableOfStates } from './step/route-tables.ts';
import * as store from './store/store.ts';
import * as verifications from './store/verifications.ts';

export type CarryOutContext = StepContext & Pick<Sources, 'ledger' | 'baselines'>;

/** Does what was decided on these facts; the next look sees what has come of it. */
export async function carryOut(
  context: CarryOutContext,
  facts: ServiceFacts,
  decision: Decision,
): Promise<void> {
  const { pool, log } = context;
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
      await enter(context, state, decision.stage, decision.why);
      return;
    case 'step':
      if (decision.share > state.share) await rememberBefore(context, facts);
      await fencedStep(context, state, decision.share, decision.why);
      return;
  }
}

/** Aims at the monolith and says why; `paused` keeps it there until an operator asks to advance again. */
async function rollBack(db: store.Queryable, service: string, why: string): Promise<void> {
  await store.setTarget(db, service, { stage: 'monolith', share: 0 }, { reason: why });
  await store.pause(db, service, why);
  await store.announce(db);
}

/** No key changes side, so there is nothing to hold: stage and table change in one transaction. */
async function enter(
  { pool, plan, log }: CarryOutContext,
  state: ServiceState,
  stage: ServiceState['stage'],
  why: string,
): Promise<void> {
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
