import type { ServiceStatus } from '@banyan/banyan/operate';
import type { LinkedService } from '@banyan/plan';

/** What a stop takes beyond the time for which it is held, s: fences, comparisons, looks. */
const STOP_SECONDS = 3;
/** As if so many stops had gone as expected: the first one says little about the machine. */
const PRIOR_STOPS = 3;

type Moved = Pick<LinkedService, 'name' | 'rollout'>;

/** Where a rehearsal is on its way there and back. Times are whatever clock the caller has, ms. */
export type Journey = {
  /** Stops that are still to come, as `service:stage`; `service:monolith` is the end of the way back. */
  readonly ahead: readonly string[];
  readonly behind: number;
  readonly startedMs: number;
  readonly lastReachedMs: number;
};

export function beginJourney(services: readonly Moved[], nowMs: number): Journey {
  const there = services.flatMap(({ name, rollout }) => {
    const shares = rollout.steps.filter((step) => step < 10_000).map((step) => `canary ${step / 100}%`);
    return ['copying', 'shadowing', ...shares, 'migrated'].map((stage) => `${name}:${stage}`);
  });
  const back = services.map(({ name }) => `${name}:monolith`).reverse();
  return { ahead: [...there, ...back], behind: 0, startedMs: nowMs, lastReachedMs: nowMs };
}

/** A stage was seen. Stops before it that nobody saw were passed between two looks; a setback passes none. */
export function reachStop(journey: Journey, stage: string, nowMs: number): Journey {
  const [service] = stage.split(':');
  const own = journey.ahead.filter((stop) => stop.startsWith(`${service}:`));
  const isBegin = stage === `${service}:monolith` && own.length > 1;
  if (isBegin || !own.includes(stage)) return journey;
  const passed = new Set(own.slice(0, own.indexOf(stage) + 1));
  return {
    ...journey,
    ahead: journey.ahead.filter((stop) => !passed.has(stop)),
    behind: journey.behind + passed.size,
    lastReachedMs: nowMs,
  };
}

/** By the stops still to come, how long those behind took, and what has to be copied now. */
export function secondsLeft(
  { ahead, behind, startedMs, lastReachedMs }: Journey,
  { holdSeconds, copying, nowMs }: { holdSeconds: number; copying: number; nowMs: number },
): number {
  const took = (lastReachedMs - startedMs) / 1000;
  const each = (took + PRIOR_STOPS * (holdSeconds + STOP_SECONDS)) / (behind + PRIOR_STOPS);
  const since = Math.min((nowMs - lastReachedMs) / 1000, each);
  return ahead.length === 0 ? 0 : ahead.length * each - since + copying;
}

/** What links that copy say of themselves, s; what they do not know yet counts for nothing. */
export function secondsOfCopies(services: readonly Pick<ServiceStatus, 'links'>[]): number {
  return Math.max(0, ...services.flatMap(({ links }) => links.map((link) => link.secondsLeft ?? 0)));
}

export function describeTimeLeft(seconds: number): string {
  if (seconds < 15) return 'a few seconds left';
  return seconds < 100
    ? `about ${Math.round(seconds / 10) * 10} s left`
    : `about ${Math.round(seconds / 60)} min left`;
}
