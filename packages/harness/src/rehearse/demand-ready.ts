import { preflightInstances, preflightPlan, StartError } from '@banyan/banyan/operate';
import type { ResolvedPlan } from '@banyan/plan';

/**
 * What `banyan check` asks, of a copy that has to run.
 *
 * @throws StartError that names all that is missing
 */
export async function demandReady(plan: ResolvedPlan): Promise<void> {
  const [databases, instances] = await Promise.all([
    preflightPlan(plan, { trial: true }),
    preflightInstances(plan),
  ]);
  const missing = [...databases.filter(({ severity }) => severity === 'error'), ...instances];
  if (missing.length === 0) return;
  const lines = missing.map(({ where, table, message, hint }) => {
    const place = table ? `${where}, ${table}` : where;
    return `  ${place}: ${message}\n    ${hint}`;
  });
  throw new StartError(
    `the copy is not ready:\n${lines.join('\n')}`,
    'mend these; banyan check --sql prints what databases lack as scripts',
  );
}
