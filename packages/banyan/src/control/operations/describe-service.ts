import { describeFromMonolith, tablesFromMonolith } from '@banyan/plan';
import { describeStage, type Stage, type Target } from '@banyan/plan/stages';
import { rollbackImpact } from '../../rollout/rollback-impact.ts';
import { linksRemain } from '../../rollout/state.ts';
import { stopsTo } from '../../rollout/stops.ts';
import type { PlannedStep, RollbackImpact, ServiceStatus, TableVerification } from '../control.ts';
import type { ServiceFacts, Sources } from '../facts/facts.ts';

/** What is known beside the facts of one service. */
type About = Pick<Sources, 'plan' | 'rollbackFacts'>;

/** A service as operators see it. */
export function describeService(about: About, facts: ServiceFacts): ServiceStatus {
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
    together: othersOf(about, state.service),
    unwell: (facts.unwell ?? []).map(({ url, why, workers, of }) => ({ url, why, workers, of })),
    since: state.since.toISOString(),
    links: facts.links,
    draining: linksRemain(facts, about.plan.services[state.service]!),
    verification: facts.tables,
    evidence: facts.evidence,
    rollbackImpact: impactOf(about, facts, state.stage, state.share),
  };
}

/** The steps from where it is to the target, in order, with what going back would cost after each. */
export function planSteps(about: About, facts: ServiceFacts, target: Target): PlannedStep[] {
  const steps: PlannedStep[] = [];
  const { service } = facts.state;
  const others = othersOf(about, service);
  const withOthers = others.length === 0 ? '' : `, with ${others.join(', ')}`;
  let at = { stage: facts.state.stage, share: facts.state.share };
  for (const next of stopsTo(at, target, facts.policy)) {
    const fenced = next.share !== at.share;
    steps.push({
      order: steps.length + 1,
      what: `${fenced ? 'fenced step: hold, drain, barrier, switch' : `enter ${next.stage}`}${withOthers}`,
      from: describeStage(at.stage, at.share),
      to: describeStage(next.stage, next.share),
      fenced,
      rollbackImpact: impactOf(about, facts, next.stage, next.share),
    });
    at = next;
  }
  return steps;
}

/** Who leaves together with it. */
function othersOf({ plan }: About, service: string): string[] {
  return plan.services[service]!.together.filter((one) => one !== service);
}

function impactOf(about: About, facts: ServiceFacts, stage: Stage, share: number): RollbackImpact {
  const { service } = facts.state;
  return rollbackImpact({
    linked: facts.linked,
    stage,
    share,
    // A step that is only planned will have its reverse link: no step up is made without.
    reverse: share > facts.state.share ? { state: 'streaming', lagMs: 0 } : facts.reverse,
    maxLagMs: facts.policy.maxLagMs,
    differing: share > facts.state.share ? [] : facts.tables.filter(isLacking).map(({ table }) => table),
    onlyOnService: about.rollbackFacts?.onlyOnService(service) ?? null,
    hearers: about.rollbackFacts?.hearersOf(service) ?? [],
    ...(stage === 'retired' ? leftBehind(about, service) : {}),
  });
}

/** Rows that the service may own are not on the monolith as they are there. */
function isLacking({ missingInLegacy, inconsistent }: TableVerification): boolean {
  return missingInLegacy > 0 || inconsistent > 0;
}

/** What retiring leaves tied to the monolith. */
function leftBehind({ plan, rollbackFacts }: About, service: string) {
  return {
    fromMonolith: tablesFromMonolith(plan.services[service]!.tables).map(describeFromMonolith),
    referring: rollbackFacts?.referring(service) ?? null,
  };
}
