import { closestMatch } from '@banyan/replication/closest-match';
import { type PlanProblem, pathTo, problem } from '../problem.ts';
import { leavingTogether } from '../resolve/together.ts';
import type { SoundPlan, SoundService } from './sound-parts.ts';

/** Services that leave in one step: all are in the plan, and nothing of it has them at different shares. */
export function checkTogether({ services, rollouts }: SoundPlan): PlanProblem[] {
  const byName = Object.fromEntries(services.map((service) => [service.name, service]));
  const unknown = services.flatMap((service) => checkNames(service, byName));
  if (unknown.length > 0) return unknown;
  const steps = (service: SoundService) =>
    rollouts.find(({ path }) => path === `${service.path}.rollout`)?.rollout.steps;
  return services.flatMap((service) => {
    const [first, ...others] = leavingTogether(service.name, byName).map((name) => byName[name]!);
    if (others.length === 0 || first === service) return [];
    return [
      ...checkSame(`${service.path}.salt`, service.salt, first!.salt, {
        what: `has other users on it than ${first!.name}, which moves with it`,
        how: 'give all of them one salt, or leave it out of all',
      }),
      ...checkSame(`${service.path}.rollout.steps`, steps(service), steps(first!), {
        what: `stops at other shares than ${first!.name}, which moves with it`,
        how: 'give all of them the same steps, or leave them to the plan',
      }),
    ];
  });
}

function checkNames(
  { path, name, together = [] }: SoundService,
  byName: Readonly<Record<string, SoundService>>,
): PlanProblem[] {
  return together.flatMap((other, index) => {
    const at = pathTo(`${path}.together`, index);
    if (other === name) return [problem(at, other, 'is the service itself', 'name the others')];
    if (Object.hasOwn(byName, other)) return [];
    const meant = closestMatch(other, Object.keys(byName));
    return [
      problem(
        at,
        other,
        'is not a service of this plan, and without it this one must not leave',
        meant ? `did you mean '${meant}'?` : 'name it in services too',
      ),
    ];
  });
}

function checkSame(
  path: string,
  mine: string | readonly string[] | undefined,
  theirs: string | readonly string[] | undefined,
  { what, how }: { what: string; how: string },
): PlanProblem[] {
  return JSON.stringify(mine) === JSON.stringify(theirs) ? [] : [problem(path, mine, what, how)];
}
