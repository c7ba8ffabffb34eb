import type { ResolvedPlan } from '../plan/resolved.ts';
import { standingAgainst } from '../plan/standing.ts';
import { StartError } from './start-error.ts';

/**
 * Called by `up` and by each process that acts on the plan, before it does.
 *
 * @throws StartError when users would change side by the plan alone
 */
export async function checkStanding(plan: ResolvedPlan): Promise<void> {
  const found = await standingAgainst(plan);
  if (found.length === 0) return;
  throw new StartError(
    found.map(({ message }) => message).join('; '),
    found.map(({ mend }) => mend).join('; '),
    { where: found.map(({ where }) => where).join(', ') },
  );
}
