import type { ResolvedPlan } from '@banyan/plan';
import type { Load } from '../load/load.ts';
import type { UserId } from '../load/population.ts';

/**
 * What a rehearsal says nothing about, for people who would otherwise take its silence for a yes.
 */
export function notJudged(run: {
  plan: ResolvedPlan;
  /** The services that were moved. */
  services: readonly string[];
  loads: ReadonlyMap<string, Pick<Load<UserId>, 'promises'>>;
  /** Routes of the plan that the gateway has seen requests of. */
  asked: ReadonlySet<string>;
  /** Requests that write and were not sent by `write`, by their kind. */
  unpromised: Readonly<Record<string, number>>;
}): string[] {
  const { plan, services, loads, asked, unpromised } = run;
  const left = Object.keys(plan.services).filter((name) => !services.includes(name));
  const routes = services.flatMap((name) => plan.services[name]!.routes.filter(({ id }) => !asked.has(id)));
  const silent = services.filter((name) => Object.keys(loads.get(name)?.promises ?? {}).length === 0);
  return [
    ...left.map((name) => `${name} was not moved`),
    ...silent.map(
      (name) => `no promise of load.ts tells how writes of ${name} are found: none was looked for`,
    ),
    ...routes.map(({ id }) => `no request of the load was one of ${id}`),
    ...Object.entries(unpromised).map(
      ([kind, count]) => `${count} requests ${kind} promised nothing: what they wrote was not looked for`,
    ),
    'limits by client (gateway.rateLimit, trustedHops) were off: all requests came from one address',
    'retiring was not rehearsed: it has no way back',
  ];
}
