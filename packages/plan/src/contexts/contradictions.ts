import { pathTo } from '../problem.ts';
import type { ResolvedPlan } from '../resolve/resolve.ts';
import { contextOf, type Dependency, WAYS, type Way } from './evidence.ts';

/** What plan or code do and the map does not allow. */
export type Contradiction = {
  downstream: string;
  /** null: nobody in the map has what is taken. */
  upstream: string | null;
  by: Way | null;
  what: string[];
  /** Where in the plan, or whose module. */
  where: string[];
  message: string;
  hint: string;
};

/** What of all that contexts take is not in the map; and what cannot be compared with it, since it is of nobody. */
export function contradictionsOf(plan: ResolvedPlan, dependencies: readonly Dependency[]): Contradiction[] {
  const groups = Map.groupBy(
    dependencies.filter(({ downstream, upstream }) => downstream !== null && upstream !== null),
    ({ downstream, upstream, by }) => JSON.stringify([downstream, upstream, by]),
  );
  return [
    ...servicesOfNobody(plan),
    ...dependencies
      .filter(({ upstream, downstream }) => upstream === null && downstream !== null)
      .map(ofNobody),
    ...[...groups.values()].flatMap((group) => notInTheMap(plan, group)),
  ];
}

function servicesOfNobody(plan: ResolvedPlan): Contradiction[] {
  return Object.keys(plan.services)
    .filter((service) => contextOf(plan, service) === null)
    .map((service) => ({
      downstream: service,
      upstream: null,
      by: null,
      what: [],
      where: [pathTo('services', service)],
      message: `the service ${service} is in no context: what it takes is compared with nothing`,
      hint: `add contexts.${service}, or service: '${service}' to the context that it is`,
    }));
}

function ofNobody({ downstream, giver, by, what, where }: Dependency): Contradiction {
  return {
    downstream: downstream!,
    upstream: null,
    by,
    what: [what],
    where: [where],
    message: `${downstream} ${TAKES[by]} ${what}, and no context has it (${giver})`,
    hint: HOME_OF[by],
  };
}

function notInTheMap({ contexts }: ResolvedPlan, group: readonly Dependency[]): Contradiction[] {
  const { downstream, upstream, by } = group[0] as Dependency & { downstream: string; upstream: string };
  const stated = contexts[downstream]!.upstream[upstream];
  if (stated?.by.includes(by)) return [];
  const what = [...new Set(group.map((one) => one.what))];
  const at = pathTo('contexts', downstream, 'upstream', upstream);
  return [
    {
      downstream,
      upstream,
      by,
      what,
      where: [...new Set(group.map(({ where }) => where))],
      message: `${downstream} ${TAKES[by]} ${what.join(', ')} of ${upstream}, ${against(stated?.by)}`,
      hint: stated
        ? `add '${by}' to ${at}.by if that is how it should be, or take it in another way`
        : `add ${at}: { relation: '...', by: ['${by}'] } if that is how it should be, or do without`,
    },
  ];
}

function against(stated: readonly Way[] | undefined): string {
  if (!stated) return 'and the map has no such relation';
  const ways = WAYS.filter((way) => stated.includes(way)).join(' and ');
  return `and the map has it take by ${ways} only`;
}

const TAKES: Record<Way, string> = {
  events: 'hears',
  commands: 'sends',
  calls: 'calls',
  tables: 'shares the table',
};

const HOME_OF: Record<Way, string> = {
  events: 'add the context whose service publishes it',
  commands: 'add the context whose service fulfils it',
  calls: 'add the beginning of its path to `paths` of the context that answers it',
  tables: 'add the table to `tables` of the context whose rows they are',
};
