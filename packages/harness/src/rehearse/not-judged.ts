import type { ResolvedPlan } from '@banyan/plan';
import type { Load } from '../load/load.ts';
import type { UserId } from '../load/population.ts';
import type { ReplayCounts } from '../replay/replay-counts.ts';

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
  /** Of recorded traffic. */
  replay?: ReplayCounts;
}): string[] {
  const { plan, services, loads, asked, unpromised, replay } = run;
  const left = Object.keys(plan.services).filter((name) => !services.includes(name));
  const routes = services.flatMap((name) => plan.services[name]!.routes.filter(({ id }) => !asked.has(id)));
  const silent = services.filter((name) => Object.keys(loads.get(name)?.promises ?? {}).length === 0);
  return [
    ...left.map((name) => `${name} was not moved`),
    ...silent.map((name) =>
      replay === undefined
        ? `no promise of load.ts tells how writes of ${name} are found: none was looked for`
        : `no table of ${name} has rows of its own that are known by one column: none was looked for`,
    ),
    ...routes.map(({ id }) => `no request of the load was one of ${id}`),
    ...Object.entries(unpromised).map(
      ([kind, count]) => `${count} requests ${kind} promised nothing: what they wrote was not looked for`,
    ),
    ...(replay === undefined ? [] : ofReplay(replay)),
    'limits by client (gateway.rateLimit, trustedHops) were off: all requests came from one address',
    'retiring was not rehearsed: it has no way back',
  ];
}

function ofReplay({ rounds, replayed, left, different, untold, rows }: ReplayCounts): string[] {
  const times = rounds === 1 ? 'once' : `${rounds} times`;
  return [
    `the recording was gone through ${times}: ${replayed} requests, with users and texts of the copy in the place of those recorded`,
    ...Object.entries(left).map(([why, count]) => `${count} recorded requests could not be made: ${why}`),
    ...Object.entries(different).map(
      ([what, { onMonolith, later }]) =>
        `answered otherwise than recorded, ${what}: ${onMonolith} before anything moved, ${later} later`,
    ),
    ...Object.entries(untold).map(
      ([kind, count]) =>
        `${count} acknowledged requests ${kind} do not tell what they wrote: it was not looked for`,
    ),
    ...(rows.doubtful > 0
      ? [
          `${rows.doubtful} of ${rows.known + rows.doubtful} rows that requests made may have gone with others that were deleted: they were not looked for`,
        ]
      : []),
    ...(rows.known > 0
      ? [
          'a row that a request made is known by its key: a second one made by the same request would not show',
        ]
      : []),
  ];
}
