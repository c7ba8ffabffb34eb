import type { ServiceStatus } from '@banyan/banyan/operate';

/** What a stop takes beyond the time for which it is held, s: fences, comparisons, looks. */
const STOP_SECONDS = 3;
/** As if so many stops had gone as expected: the first one says little about the machine. */
const PRIOR_STOPS = 3;

/** Where a run is on its way. Times are whatever clock the caller has, ms. */
export type Journey = {
  /** Stops that are still to come, as `service:stage`, in order. */
  readonly ahead: readonly string[];
  readonly behind: number;
  readonly startedMs: number;
  readonly lastReachedMs: number;
};

/** `shares` in basis points. */
export type Moved = { name: string; shares: readonly number[] };

/** The stops of a service on its way to a share of its users; to all of them it is migrated then. */
export function stopsOf({ name, shares }: Moved): string[] {
  const stages = shares.map((share) => (share < 10_000 ? `canary ${share / 100}%` : 'migrated'));
  return ['copying', 'shadowing', ...stages].map((stage) => `${name}:${stage}`);
}

/** All there, one after the other, and all back at the end. */
export function thereAndBack(services: readonly Moved[]): string[] {
  return [...services.flatMap(stopsOf), ...services.map(({ name }) => `${name}:monolith`).reverse()];
}

export function beginJourney(stops: readonly string[], nowMs: number): Journey {
  return { ahead: stops, behind: 0, startedMs: nowMs, lastReachedMs: nowMs };
}

/** A stage was seen. Stops of its service before it that nobody saw were passed between two looks; a setback passes none. */
export function reachStop(journey: Journey, stage: string, nowMs: number): Journey {
  const [service] = stage.split(':');
  const own = [...journey.ahead.keys()].filter((index) => journey.ahead[index]!.startsWith(`${service}:`));
  // At the monolith it is also before it begins, and after a setback.
  const place = stage.endsWith(':monolith') ? 0 : own.findIndex((index) => journey.ahead[index] === stage);
  if (place < 0 || journey.ahead[own[place]!] !== stage) return journey;
  const passed = new Set(own.slice(0, place + 1));
  return {
    ...journey,
    ahead: journey.ahead.filter((_, index) => !passed.has(index)),
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
