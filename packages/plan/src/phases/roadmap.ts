import type { ResolvedPlan } from '../resolve/resolve.ts';
import type { Stage } from '../stages.ts';
import type { PlanPhase } from '../types.ts';

/** Where a service is now. `share`: of its users, in basis points. */
export type Whereabouts = { stage: Stage; share: number };

type Part = {
  name: string;
  service: string | null;
  why: string | null;
  /** `unknown`: the plan has its service, and nobody can say now where that is. */
  state: 'there' | 'under way' | 'to come' | 'unknown';
  /** Of a part that is a service of the plan. */
  at: Whereabouts | null;
};

export type Roadmap = {
  phases: { title: string; from: number; to: number; parts: Part[] }[];
  /** The first part in order that is not there; null: all are. */
  next: { phase: string; part: string; why: string | null } | null;
};

/**
 * What of the plan's phases is there. Pure.
 *
 * @param at Where services are, by name; null: not known
 */
export function roadmapOf(
  { phases, services }: Pick<ResolvedPlan, 'phases' | 'services'>,
  at: ReadonlyMap<string, Whereabouts> | null,
): Roadmap {
  const told = phases.map(({ title, from, to, parts }) => ({
    title,
    from,
    to,
    parts: parts.map((part) => partOf(part, Object.keys(services), at)),
  }));
  const [next] = told.flatMap(({ title, parts }) =>
    parts
      .filter(({ state }) => state !== 'there')
      .map(({ name, why }) => ({ phase: title, part: name, why })),
  );
  return { phases: told, next: next ?? null };
}

function partOf(
  { name, service, done = false, why }: PlanPhase['parts'][number],
  planned: readonly string[],
  at: ReadonlyMap<string, Whereabouts> | null,
): Part {
  const about = { name, service: service ?? null, why: why ?? null };
  if (service === undefined) return { ...about, state: done ? 'there' : 'to come', at: null };
  if (!planned.includes(service)) return { ...about, state: 'to come', at: null };
  const where = at?.get(service) ?? null;
  if (where === null) return { ...about, state: 'unknown', at: null };
  if (where.stage === 'monolith') return { ...about, state: 'to come', at: where };
  const isThere = where.stage === 'migrated' || where.stage === 'retired';
  return { ...about, state: isThere ? 'there' : 'under way', at: where };
}
