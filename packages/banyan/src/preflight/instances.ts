import type { ResolvedPlan } from '@banyan/plan';
import type { PreflightFinding } from './finding.ts';
import { probeHealth } from './probe-health.ts';

/**
 * Asks every instance of the plan how it is, as the gateways will. One that gives a wrong answer is an error: no key would
 * ever move to it. One that gives none is a warning: it may not have been started yet.
 */
export async function preflightInstances(plan: ResolvedPlan): Promise<PreflightFinding[]> {
  const sides = [
    { where: 'monolith', ...plan.monolith },
    ...Object.values(plan.services).map((service) => ({ where: `services.${service.name}`, ...service })),
  ];
  const findings = await Promise.all(
    sides.flatMap(({ where, origins, health }) =>
      // Without a health check any answer will do.
      origins.map(async (url) => findingOf(where, url, health, await probeHealth(url, health))),
    ),
  );
  return findings.filter((finding) => finding !== null);
}

type Health = Awaited<ReturnType<typeof probeHealth>>;

function findingOf(where: string, url: string, path: string | null, health: Health): PreflightFinding | null {
  if (health === null) return null;
  const message = `${url}: ${health.why}`;
  if (!health.answered) {
    const hint = 'Start it, or correct the URL in the plan.';
    return { where: `${where}.url`, code: 'no_answer', message, hint, severity: 'warning' };
  }
  const hint = `Have it answer 200 at ${path}, or name another path as health (null: none is asked).`;
  return { where: `${where}.health`, code: 'unhealthy', message, hint, severity: 'error' };
}
