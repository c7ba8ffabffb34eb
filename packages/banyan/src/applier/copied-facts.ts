import type { ResolvedPlan, ResolvedService } from '@banyan/plan';
import type { Stage } from '@banyan/plan/stages';
import { openLink } from '@banyan/replication';
import { ControlError } from '../control/control.ts';
import { type LoadedFacts, loadFacts } from './facts.ts';

/**
 * The facts of a service for whoever wants to tell which rows it has. Refused while these are not the rows that facts are told of: at
 * the monolith nobody keeps them up to date, and of what is copied behind whoever goes through them nobody would hear.
 *
 * @throws ControlError
 */
export async function copiedFacts(
  plan: ResolvedPlan,
  service: ResolvedService,
  stage: Stage,
): Promise<LoadedFacts> {
  const facts = await loadFacts(service);
  if (!facts) {
    throw new ControlError(
      'no_facts',
      409,
      `'${service.name}' has no facts in the plan: nothing says what its rows mean`,
      'name the module that exports contracts and fromRows: facts: import.meta.resolve(...)',
    );
  }
  if (stage === 'monolith' || (stage !== 'retired' && !(await isPastCopy(plan, service)))) {
    throw new ControlError(
      'not_copied',
      409,
      `'${service.name}' does not have the monolith's rows yet, or not any more: it is at ${stage}`,
      `banyan advance ${service.name} --to shadowing, then ask again`,
    );
  }
  return facts;
}

async function isPastCopy(
  plan: ResolvedPlan,
  { name, database, tables, salt }: ResolvedService,
): Promise<boolean> {
  const source = plan.monolith.database;
  const link = openLink({ service: name, direction: 'forward', source, target: database!, tables, salt });
  return (await link.standing())?.pastCopy ?? false;
}
