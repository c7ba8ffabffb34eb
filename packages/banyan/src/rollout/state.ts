import { isLinked, type ResolvedService, tablesFromMonolith } from '@banyan/plan';
import { type LinkDesire, linksOf, rank, type Stage, type Target } from '@banyan/plan/stages';

/** What of a service's extraction is stored; everything else is derived from it. */
export type ServiceState = {
  service: string;
  stage: Stage;
  share: number;
  target: Target;
  /** Set while the rollout waits for a person: the reason and what they can do. */
  paused: string | null;
  /** Last thing worth telling, e.g. why the controller waits. */
  message: string;
  /** When the present stage and share began. */
  since: Date;
  /** Fenced steps that failed in a row; a growing number delays the next try. */
  failedSteps: number;
  /** Not before then is a failed step tried again. */
  retryAt: Date | null;
  /** Break-glass: the next step up goes without evidence. Never without its fence, its links or its lag. */
  forced: boolean;
  /** Why it goes where it goes, by whoever decided it; kept until the next wish. */
  reason: string;
  /** The route table with which the evidence for the present stage and share began. */
  evidenceVersion: number;
  /** Retired or back at the monolith, while its links still bring what was committed before: they are not dropped yet. */
  draining: boolean;
};

/** Which links to run now; `keepsForward` as linksOf has it. */
export function linksWanted(
  { stage, target, draining }: Pick<ServiceState, 'stage' | 'target' | 'draining'>,
  keepsForward: boolean,
): LinkDesire {
  if (draining) return { forward: true, reverse: stage === 'retired' };
  return linksOf(stage, target, keepsForward);
}

/** Whether a link of the service runs, or still has to be removed, that its stage has no more use for. */
export function linksRemain(
  { state, links }: { state: ServiceState; links: readonly { link: string; state: string }[] },
  service: ResolvedService,
): boolean {
  const wanted = linksOf(state.stage, state.target, tablesFromMonolith(service.tables).length > 0);
  return state.draining || links.some(({ link, state }) => state !== 'off' && !wanted[directionOf(link)]);
}

/** Of 'auth.forward': forward. */
function directionOf(link: string): keyof LinkDesire {
  return link.endsWith('.reverse') ? 'reverse' : 'forward';
}

/**
 * Whether links go on for a while once this stage is entered. What has retired gets no more rows, and of what the monolith did before
 * the service came back to it facts are told: both miss what is on its way when a link is dropped.
 */
export function drainsIn(stage: Stage, service: ResolvedService): boolean {
  return stage === 'retired' || (stage === 'monolith' && service.facts !== null && isLinked(service));
}

/**
 * Where services that move together go by themselves. What others hear of the monolith's rows they go on hearing, also while nobody is
 * on the service: its copy is kept up to date until a person says how it goes on.
 */
export function backFrom(services: readonly ResolvedService[]): Target {
  const tells = services.some((service) => service.facts !== null && isLinked(service));
  return { stage: tells ? 'copying' : 'monolith', share: 0 };
}

/** It goes back by itself, or went, and waits for a person there. */
export function wentBack({
  stage,
  target,
  paused,
}: Pick<ServiceState, 'stage' | 'target' | 'paused'>): boolean {
  return paused !== null && rank(target.stage) < rank('shadowing') && rank(stage) >= rank(target.stage);
}
