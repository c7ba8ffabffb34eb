import { StartError } from '@banyan/banyan/operate';
import { isLinked, type LinkedService, type ResolvedPlan } from '@banyan/plan';

/** The services that are asked for, or all of the plan that take tables over: others have nothing that could be lost. */
export function servicesToMove(plan: ResolvedPlan, asked?: readonly string[]): LinkedService[] {
  const linked = Object.values(plan.services).filter(isLinked);
  const names = linked.map(({ name }) => name);
  const unknown = (asked ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new StartError(
      `the plan has no service ${unknown.join(', ')} that takes tables over`,
      `name services of the plan with --services: ${names.join(', ')}`,
    );
  if (linked.length === 0)
    throw new StartError(
      'no service of the plan takes tables over: there is nothing to rehearse',
      'give a service its tables',
    );
  return asked === undefined ? linked : asked.map((name) => linked.find((one) => one.name === name)!);
}
