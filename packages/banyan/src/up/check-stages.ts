import type { ResolvedPlan } from '@banyan/plan';
import { stageConflicts } from '../preflight/stage-conflicts.ts';
import { StartError } from './start-error.ts';

/**
 * Called by `up` and by each process that acts on the plan, before it does.
 *
 * @throws StartError when users would change side by the plan alone, or when the control database does not say where they are
 */
export async function checkStages(plan: ResolvedPlan): Promise<void> {
  const found = await stageConflicts(plan).catch(refuseSilent);
  if (found.length === 0) return;
  throw new StartError(
    found.map(({ message }) => message).join('; '),
    found.map(({ hint }) => hint).join('; '),
    { where: found.map(({ where }) => where).join(', ') },
  );
}

/** @throws StartError for a control database that cannot be read */
export function refuseSilent(cause: Error): never {
  throw new StartError(
    `the control database does not say where the services stand: ${cause.message}`,
    'banyan check asks all databases and prints what is missing; --sql prints it as a script',
    { cause },
  );
}
