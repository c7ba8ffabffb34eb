import type { Taken } from '@banyan/service';
import type { ResolvedContext, ResolvedPlan } from '../resolve/resolve.ts';
import { type Contradiction, contradictionsOf } from './contradictions.ts';
import { type Dependency, type Evidence, WAYS, type Way } from './evidence.ts';
import { sharedTables } from './shared-tables.ts';
import { takenMessages } from './taken-messages.ts';

export type { Contradiction };

/** What one context takes from another: as the map has it, and as plan and code show it. */
export type ContextRelation = {
  downstream: string;
  upstream: string;
  /** null: the map does not have it. */
  relation: ResolvedContext['upstream'][string]['relation'] | null;
  /** The ways that the map allows. */
  by: Way[];
  evidence: Evidence[];
};

export type ContextMap = {
  contexts: (ResolvedContext & { name: string })[];
  relations: ContextRelation[];
  contradictions: Contradiction[];
  /** Services of the plan whose code nobody has looked at: what they hear, send and call is not known. */
  unread: string[];
};

/**
 * The context map of a plan beside what plan and code show. `taken` has, by service, what its module states; a service that is not
 * in there has not been looked at.
 */
export function contextMap(plan: ResolvedPlan, taken: ReadonlyMap<string, readonly Taken[]>): ContextMap {
  const dependencies = [...sharedTables(plan), ...takenMessages(plan, taken)];
  return {
    contexts: Object.entries(plan.contexts).map(([name, context]) => ({ name, ...context })),
    relations: relationsOf(plan, dependencies),
    contradictions: contradictionsOf(plan, dependencies),
    unread: Object.keys(plan.services).filter((name) => !taken.has(name)),
  };
}

/** Those of the map in its order, then those that it does not have. */
function relationsOf({ contexts }: ResolvedPlan, dependencies: readonly Dependency[]): ContextRelation[] {
  const relations = Object.entries(contexts).flatMap(([downstream, context]) =>
    Object.entries(context.upstream).map(
      ([upstream, { relation, by }]): ContextRelation => ({
        downstream,
        upstream,
        relation,
        by: [...by],
        evidence: [],
      }),
    ),
  );
  for (const { downstream, upstream, ...evidence } of dependencies) {
    if (downstream === null || upstream === null) continue;
    let relation = relations.find((one) => one.downstream === downstream && one.upstream === upstream);
    if (!relation) {
      relation = { downstream, upstream, relation: null, by: [], evidence: [] };
      relations.push(relation);
    }
    const { by, what, where } = evidence;
    relation.evidence.push({ by, what, where });
  }
  for (const { evidence } of relations)
    evidence.sort((one, other) => WAYS.indexOf(one.by) - WAYS.indexOf(other.by));
  return relations;
}
