import type { Taken } from '@banyan/service';
import { pathTo } from '../problem.ts';
import { parseRoute, shapeOfRoute } from '../resolve/notation.ts';
import type { ResolvedPlan } from '../resolve/resolve.ts';
import { contextOf, type Dependency, type Way } from './evidence.ts';

const WAY_OF: Record<Taken['by'], Way> = { event: 'events', command: 'commands', call: 'calls' };

/** What contexts hear of each other, send to each other and ask of each other, by what the modules of the services state. */
export function takenMessages(
  plan: ResolvedPlan,
  taken: ReadonlyMap<string, readonly Taken[]>,
): Dependency[] {
  return [...taken].flatMap(([taker, all]) => {
    const downstream = contextOf(plan, taker);
    return all
      .map((one): Dependency => {
        const upstream = contextOf(plan, one.service) ?? contextAtRoute(plan, one.route);
        const where = pathTo('services', taker, 'module');
        const giver = one.route === undefined ? `service ${one.service}` : `${one.service}, ${one.route}`;
        return { downstream, upstream, taker, giver, by: WAY_OF[one.by], what: one.name, where };
      })
      .filter((one, index) => all[index]!.service !== taker && !isOwn(one));
  });
}

function isOwn({ downstream, upstream }: Dependency): boolean {
  return downstream !== null && downstream === upstream;
}

/** Who answers a call that is made through the gateway: the service that has the route, else the context with the path. */
function contextAtRoute(plan: ResolvedPlan, route: string | undefined): string | null {
  const parsed = route === undefined ? null : parseRoute(route);
  if (!parsed) return null;
  const shape = shapeOfRoute(parsed);
  const routes = Object.values(plan.services).flatMap((service) => service.routes);
  const moved = routes.find(({ method, path }) => shapeOfRoute({ ...parsed, method, path }) === shape);
  if (moved) return contextOf(plan, moved.service);
  const within = Object.entries(plan.contexts).flatMap(([name, { paths }]) =>
    paths.filter((path) => isBelow(parsed.path, path)).map((path) => ({ name, path })),
  );
  within.sort((one, other) => other.path.length - one.path.length);
  return within[0]?.name ?? null;
}

function isBelow(path: string, beginning: string): boolean {
  return path === beginning || path.startsWith(beginning.endsWith('/') ? beginning : `${beginning}/`);
}
