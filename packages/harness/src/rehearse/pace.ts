import type { ResolvedPlan, ResolvedRollout } from '@banyan/plan';

export type Pace = {
  /** How long each stage is held under load. */
  holdSeconds: number;
  /** Requests a second. */
  rate: number;
};

/** Fewer prove nothing. */
const LEAST = { requests: 3, compared: 5 };
/** Parts of the requests of one hold that every share can be expected to see, and that shadowing can compare. */
const SHARE_SEEN = 1 / 20;
const COMPARED = 1 / 4;

/**
 * The plan as it is rehearsed: on ports of its own, with the evidence that so little load in so short a time can give. Its steps, its
 * limits for failures and latency, and what it does when they are passed, are the team's.
 */
export function rehearsedPlan(
  plan: ResolvedPlan,
  pace: Pace,
  ports: ReadonlyMap<string, number>,
  workers: number,
): ResolvedPlan {
  return {
    ...plan,
    control: { ...plan.control, host: '127.0.0.1', port: ports.get('banyan.control')! },
    gateway: {
      ...plan.gateway,
      host: '127.0.0.1',
      port: ports.get('banyan.gateway')!,
      adminPort: ports.get('banyan.admin')!,
      workers: Math.min(plan.gateway.workers, workers),
      // All requests come from here: what is limited by client would be this one.
      trustedHops: null,
      rateLimit: null,
    },
    services: Object.fromEntries(
      Object.entries(plan.services).map(([name, service]) => [
        name,
        { ...service, rollout: rehearsedRollout(service.rollout, pace) },
      ]),
    ),
  };
}

function rehearsedRollout(rollout: ResolvedRollout, { holdSeconds, rate }: Pace): ResolvedRollout {
  const requests = holdSeconds * rate;
  return {
    ...rollout,
    observeSeconds: Math.min(rollout.observeSeconds, holdSeconds),
    minRequests: Math.min(rollout.minRequests, Math.max(LEAST.requests, Math.round(requests * SHARE_SEEN))),
    minCompared: Math.min(rollout.minCompared, Math.max(LEAST.compared, Math.round(requests * COMPARED))),
  };
}

/** The same plan with its instances where `--start` has put them. */
export function withInstances(plan: ResolvedPlan, urls: ReadonlyMap<string, string>): ResolvedPlan {
  const originsOf = (name: string, origins: string[]) => (urls.has(name) ? [urls.get(name)!] : origins);
  return {
    ...plan,
    monolith: { ...plan.monolith, origins: originsOf('monolith', plan.monolith.origins) },
    services: Object.fromEntries(
      Object.entries(plan.services).map(([name, service]) => [
        name,
        { ...service, origins: originsOf(name, service.origins) },
      ]),
    ),
  };
}
