import type { Unheard } from '@banyan/events/facts';
import type { ResolvedRollout } from '@banyan/plan';
import { describeStage, FULL_SHARE, formatShare, rank, type Stage } from '@banyan/plan/stages';
import type { Evidence, UnwellInstance } from '../control/control.ts';
import { judgeFailures } from './evidence/failures.ts';
import { judgeLatency } from './evidence/latency.ts';
import { judgeMonolith } from './evidence/monolith.ts';
import type { Observation } from './evidence/observation.ts';
import type { ServiceState } from './state.ts';

/** What is known about a link when a decision is made. */
export type LinkFacts = {
  state: 'off' | 'preparing' | 'copying' | 'streaming' | 'reconnecting' | 'failed' | 'removing';
  lagMs: number;
  error: string | null;
};

export type VerificationFacts = {
  /** CONSISTENT only if every table of the service is; UNKNOWN if one was never compared. */
  verdict: 'CONSISTENT' | 'DIVERGENT' | 'UNKNOWN';
  /** The oldest pass counts. */
  verifiedAt: Date | null;
  rows: number;
};

export type Facts = {
  state: ServiceState;
  policy: ResolvedRollout;
  forward: LinkFacts;
  reverse: LinkFacts;
  verification: VerificationFacts;
  evidence: Evidence;
  /** What the evidence sums up, for judgements. */
  observation: Observation;
  /** The service's instances that are unwell; null: not asked yet. */
  unwell: UnwellInstance[] | null;
  /** Whether it takes over tables: without any there are no links, and nothing is verified. */
  linked: boolean;
  /** Whether answers of a route of its are compared while shadowing. */
  comparable: boolean;
  /**
   * Of a service at `copying`: what it has asked others for, is being told, and has not handled; a text: why that is not known; null: not
   * asked yet.
   */
  unheard: Unheard[] | string | null;
  /** What else has to be fixed before the first key moves, in words. */
  findings: string[];
  now: Date;
};

/** One thing to do now. The controller carries it out and asks again. */
export type Decision =
  | { do: 'wait'; why: string }
  /** A change of stage in which no key changes side. */
  | { do: 'enter'; stage: Stage; why: string }
  /** A fenced step to another share. */
  | { do: 'step'; share: number; why: string }
  | { do: 'rollBack'; why: string }
  | { do: 'pause'; why: string };

const RETIRED_DRAINING = 'retired; its links are dropped when all that was committed before has arrived';
const BACK_DRAINING = 'at monolith; its link is dropped when facts of all that was committed before are told';
/** Fenced steps that may fail in a row before a person is asked. */
const MAX_FAILED_STEPS = 6;
/** A share that got this many times fewer requests than its size promises will not get more by waiting. */
const SHORTFALL = 10;

/**
 * The stage machine. Pure: the same facts give the same decision, and it only ever names the next single move
 * (monolith → copying → shadowing → canary shares → migrated → retired, or back). Going down needs no evidence,
 * only links that can carry what the service wrote; going up needs evidence, and no evidence is not good evidence.
 */
export function decide(facts: Facts): Decision {
  const { state, now } = facts;
  if (state.stage === 'retired') return { do: 'wait', why: state.draining ? RETIRED_DRAINING : 'retired' };
  // Copied again it would begin anew: not before the link is gone.
  if (state.draining) return { do: 'wait', why: BACK_DRAINING };
  const emergency = judgeRunningShare(facts);
  if (emergency) return emergency;
  const direction = directionOf(state);
  if (direction === 'there') return { do: 'wait', why: `at ${describeStage(state.stage, state.share)}` };
  if (state.paused && direction === 'up') return { do: 'wait', why: state.paused };
  if (state.failedSteps >= MAX_FAILED_STEPS && direction === 'up') {
    return { do: 'pause', why: `${state.failedSteps} fenced steps failed in a row, last: ${state.message}` };
  }
  // The message says why the last step failed; it stays until the next try.
  if (state.retryAt && state.retryAt > now) return { do: 'wait', why: state.message };
  return direction === 'down' ? moveDown(facts) : moveUp(facts);
}

/** Shares the rollout stops at on the way to the target, smallest first. */
export function stopsBetween(policy: ResolvedRollout, from: number, to: number): number[] {
  const stops = [...new Set([...policy.steps, to])].filter((share) => share > from && share <= to);
  return stops.sort((a, b) => a - b);
}

function directionOf({ stage, share, target }: ServiceState): 'up' | 'down' | 'there' {
  const distance = rank(target.stage) - rank(stage);
  if (distance !== 0) return distance > 0 ? 'up' : 'down';
  if (stage !== 'canary' || share === target.share) return 'there';
  return target.share > share ? 'up' : 'down';
}

/** A share that is failing goes back whatever the operator's target is: nobody has to be awake for it. */
function judgeRunningShare(facts: Facts): Decision | null {
  const { state, policy, observation, now } = facts;
  const risen = state.stage === 'canary' || state.stage === 'migrated';
  if (!risen || directionOf(state) === 'down') return null;
  const watchedMs = now.getTime() - state.since.getTime();
  // What we did to the monolith is taken back at once, whatever the plan says of a service that fails.
  const broken = judgeMonolith(observation, watchedMs);
  if (broken) return { do: 'rollBack', why: broken };
  if (state.forced) return null;
  const failing = judgeFailures(observation, policy);
  if (failing) return condemn(facts, failing);
  // Failures count at once; latency only over a whole observation, or the first requests after a fence would decide.
  const slow = watchedMs < policy.observeSeconds * 1000 ? null : judgeLatency(observation, policy);
  if (slow?.verdict === 'worse') return condemn(facts, slow.why);
  if (slow?.verdict === 'unclear' && !state.paused) return { do: 'pause', why: slow.why };
  return null;
}

function condemn({ state, policy, unwell }: Facts, found: string): Decision | null {
  const why = unwell === null || unwell.length === 0 ? found : `${found}; ${describeUnwell(unwell)}`;
  if (policy.onFailure === 'rollback') return { do: 'rollBack', why };
  return state.paused ? null : { do: 'pause', why };
}

function moveDown({ state, linked, reverse, policy }: Facts): Decision {
  const wanted = rank(state.target.stage) < rank('canary') ? 0 : state.target.share;
  if (state.share > wanted) {
    if (linked && reverse.state !== 'streaming') {
      return { do: 'wait', why: `going back waits for the reverse link, which is ${describeLink(reverse)}` };
    }
    if (linked && reverse.lagMs > policy.maxLagMs)
      return { do: 'wait', why: lagging('reverse', reverse, policy) };
    return { do: 'step', share: wanted, why: because(`back to ${formatShare(wanted)}`, state) };
  }
  return { do: 'enter', stage: state.target.stage, why: because(`back to ${state.target.stage}`, state) };
}

function because(what: string, { reason }: ServiceState): string {
  return reason === '' ? what : `${what}: ${reason}`;
}

function moveUp(facts: Facts): Decision {
  const { state } = facts;
  switch (state.stage) {
    case 'monolith':
      return { do: 'enter', stage: 'copying', why: 'start copying' };
    case 'copying':
      return leaveCopying(facts);
    case 'shadowing':
      return leaveShadowing(facts);
    case 'canary':
      return raiseShare(facts);
    case 'migrated':
      return leaveMigrated(facts);
    case 'retired':
      return { do: 'wait', why: 'retired' };
  }
}

function leaveCopying(facts: Facts): Decision {
  if (facts.forward.state === 'failed')
    return { do: 'wait', why: `forward link failed: ${facts.forward.error}` };
  const unready =
    linksUnready(facts, ['forward']) ?? unverified(facts) ?? instancesUnwell(facts) ?? unheard(facts);
  return unready
    ? { do: 'wait', why: unready }
    : {
        do: 'enter',
        stage: 'shadowing',
        why: facts.linked ? 'copied and verified' : 'it has nothing to copy',
      };
}

function leaveShadowing(facts: Facts): Decision {
  const { state, policy, evidence } = facts;
  const unready = linksUnready(facts, ['forward', 'reverse']) ?? unverified(facts) ?? instancesUnwell(facts);
  if (unready) return { do: 'wait', why: unready };
  if (!state.forced) {
    if (facts.findings.length > 0) return { do: 'wait', why: facts.findings.join('; ') };
    if (facts.comparable && evidence.compared < policy.minCompared) {
      return { do: 'wait', why: `${evidence.compared} of ${policy.minCompared} answers compared` };
    }
    const ratio = evidence.compared === 0 ? 0 : evidence.mismatched / evidence.compared;
    if (ratio > policy.maxMismatchRatio) {
      return {
        do: 'pause',
        why: `${evidence.mismatched} of ${evidence.compared} answers differ; see banyan mismatches ${state.service}`,
      };
    }
  }
  return stepTo(facts, facts.comparable ? 'evidence from shadowing is good' : 'it has no answers to compare');
}

function raiseShare(facts: Facts): Decision {
  const { state, policy, evidence } = facts;
  const unready = linksUnready(facts, ['forward', 'reverse']) ?? unverified(facts) ?? instancesUnwell(facts);
  if (unready) return { do: 'wait', why: unready };
  if (!state.forced) {
    if (evidence.seconds < policy.observeSeconds) {
      return { do: 'wait', why: `watching ${formatShare(state.share)} for ${policy.observeSeconds} s` };
    }
    const silent = evidence.requests.service < policy.minRequests ? cannotTell(facts) : null;
    if (silent && state.share < FULL_SHARE) return stepTo(facts, silent);
    if (evidence.requests.service < policy.minRequests) {
      return {
        do: 'wait',
        why: `${evidence.requests.service} of ${policy.minRequests} requests seen at ${formatShare(state.share)}`,
      };
    }
  }
  if (state.share === FULL_SHARE)
    return { do: 'enter', stage: 'migrated', why: 'everybody is on the service' };
  return stepTo(facts, `evidence at ${formatShare(state.share)} is good`);
}

/**
 * Why this share can give no evidence however long one waits, or null: the monolith has seen enough of these routes for
 * a whole observation, and none of their keys is in the share, or all but none of their requests are.
 */
function cannotTell({ state, policy, evidence }: Facts): string | null {
  const { requests, keys } = evidence;
  if (requests.monolith < policy.minRequests) return null;
  const share = formatShare(state.share);
  if (keys.seen === 0) return `no request seen carries a key, so ${share} moves nobody`;
  if (keys.inShare === 0) return `no key of ${keys.seen} seen falls into ${share}`;
  const promised = ((requests.monolith + requests.service) * state.share) / FULL_SHARE;
  if (promised < policy.minRequests * SHORTFALL) return null;
  return `${keys.inShare} of ${keys.seen} keys seen fall into ${share} and are hardly used: ${requests.service} requests`;
}

function stepTo({ state, policy }: Facts, why: string): Decision {
  const limit = rank(state.target.stage) > rank('canary') ? FULL_SHARE : state.target.share;
  const share = stopsBetween(policy, state.share, limit)[0];
  return share === undefined
    ? { do: 'wait', why: 'no further stop in the plan' }
    : { do: 'step', share, why };
}

/** The only door without a way back: nothing may be on the new side that the old one lacks, and the proof is fresh. */
function leaveMigrated(facts: Facts): Decision {
  if (!facts.linked) return { do: 'wait', why: 'it takes over no table, so that there is nothing to retire' };
  const unready = linksUnready(facts, ['forward', 'reverse']);
  if (unready) return { do: 'wait', why: unready };
  const { verification, now } = facts;
  const ageHours = verification.verifiedAt
    ? (now.getTime() - verification.verifiedAt.getTime()) / 3_600_000
    : Infinity;
  if (verification.verdict !== 'CONSISTENT' || ageHours > 24) {
    return { do: 'wait', why: 'retiring needs a CONSISTENT verification younger than 24 h' };
  }
  if (facts.evidence.rescued > 0 && !facts.state.forced) {
    return { do: 'wait', why: `${facts.evidence.rescued} requests were still rescued by the monolith` };
  }
  return { do: 'enter', stage: 'retired', why: 'the monolith is no longer needed for it' };
}

function linksUnready(facts: Facts, needed: Array<'forward' | 'reverse'>): string | null {
  if (!facts.linked) return null;
  for (const direction of needed) {
    const link = facts[direction];
    if (link.state !== 'streaming') return `${direction} link is ${describeLink(link)}`;
    if (link.lagMs > facts.policy.maxLagMs) return lagging(direction, link, facts.policy);
  }
  return null;
}

function unverified({ linked, verification, policy, now }: Facts): string | null {
  if (!linked) return null;
  if (verification.verdict === 'UNKNOWN' || !verification.verifiedAt) return 'rows are not verified yet';
  if (verification.verdict === 'DIVERGENT') return 'rows differ; see banyan verify';
  const ageSeconds = (now.getTime() - verification.verifiedAt.getTime()) / 1000;
  if (ageSeconds > policy.maxVerificationAgeSeconds) return `verification is ${Math.round(ageSeconds)} s old`;
  return null;
}

/** Its answers are compared with the monolith's next, which has all that others have. */
function unheard({ unheard }: Facts): string | null {
  if (unheard === null) return 'it is being asked what it has heard of others';
  if (typeof unheard === 'string') return `it cannot be asked what it has heard of others: ${unheard}`;
  if (unheard.length === 0) return null;
  const texts = unheard.map(({ owner, handled, told }) => `${handled} of ${told} from ${owner}`);
  return `it has not heard all that was there before it: ${texts.join(', ')}`;
}

function instancesUnwell({ unwell }: Facts): string | null {
  if (unwell === null) return 'its instances are being asked how they are';
  return unwell.length === 0 ? null : describeUnwell(unwell);
}

function describeUnwell(unwell: readonly UnwellInstance[]): string {
  return unwell.map(({ url, why }) => `${url} is unwell: ${why}`).join('; ');
}

function describeLink(link: LinkFacts): string {
  return link.error ? `${link.state} (${link.error})` : link.state;
}

function lagging(direction: string, link: LinkFacts, policy: ResolvedRollout): string {
  return `${direction} link lags ${Math.round(link.lagMs)} ms, allowed ${policy.maxLagMs} ms`;
}
