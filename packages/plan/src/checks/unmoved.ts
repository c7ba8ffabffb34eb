import { closestMatch } from '@banyan/replication/closest-match';
import { type PlanProblem, pathTo, problem } from '../problem.ts';
import { parseRoute, qualifyTable, shapeOfRoute } from '../resolve/notation.ts';
import type { SoundPlan } from './sound-parts.ts';
import { nameOf } from './tables.ts';

/** Routes that stay on the monolith: each a write of which something is said, of tables that a service maps, and not one that moves. */
export function checkUnmoved({ services, unmoved }: SoundPlan): PlanProblem[] {
  const mapped = services.flatMap(({ tables }) => tables.map(({ table }) => nameOf(table)));
  const complete = services.every((service) => service.complete);
  const seen = new Map<string, string>();
  for (const { path, route } of services.flatMap(({ routes }) => routes)) {
    const parsed = parseRoute(route.route);
    if (parsed) seen.set(shapeOfRoute(parsed), path);
  }
  return unmoved.flatMap(({ path, route }) => {
    const at = `${path}.route`;
    const parsed = parseRoute(route.route);
    if (!parsed) return [problem(at, route.route, 'is not a method and a path', "e.g. 'POST /api/articles'")];
    const problems: PlanProblem[] = [];
    const first = seen.get(shapeOfRoute(parsed));
    if (first) problems.push(problem(at, route.route, `is the route of ${first} too`, 'keep one of the two'));
    seen.set(shapeOfRoute(parsed), path);
    if (['GET', 'HEAD', 'OPTIONS'].includes(parsed.method))
      problems.push(problem(at, route.route, 'only reads, so there is nothing to say of it', 'leave it out'));
    if (route.writes === undefined && route.bodySchema === undefined)
      problems.push(problem(path, route, 'says nothing of the route', 'give it writes or a bodySchema'));
    for (const [index, written] of (route.writes ?? []).entries()) {
      if (mapped.includes(qualifyTable(written)) || !complete) continue;
      const meant = closestMatch(qualifyTable(written), mapped);
      problems.push(
        problem(
          pathTo(`${path}.writes`, index),
          written,
          'is not a table of the monolith that a service maps',
          meant ? `did you mean '${meant}'?` : 'leave it out; nobody has to be waited for',
        ),
      );
    }
    return problems;
  });
}
