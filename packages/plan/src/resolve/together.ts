import type { PlanService } from '../types.ts';

/**
 * All that leave in one step with a service, itself included, sorted: whom it names as `together`, who names it, and so on. It alone if
 * nobody does.
 */
export function leavingTogether(
  name: string,
  services: Readonly<Record<string, Pick<PlanService, 'together'>>>,
): string[] {
  const group = new Set([name]);
  for (const one of group) {
    for (const other of services[one]?.together ?? []) group.add(other);
    for (const [other, { together }] of Object.entries(services))
      if (together?.includes(one)) group.add(other);
  }
  return [...group].sort();
}
