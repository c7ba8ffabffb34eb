import type { ResolvedRollout } from '@banyan/plan';
import { logEvidence } from './anytime-valid.ts';
import { enough, type Observation } from './observation.ts';
import { addTally, emptyTally, type Sample, sumTallies, type Tally } from './tally.ts';

type Policy = Pick<ResolvedRollout, 'maxFailureRatio' | 'minRequests'>;
type Suspect = { where: string; service: Tally; monolith: Tally; history: boolean };

/**
 * Why the service fails more than the plan allows, or null. Its routes are judged together and each by itself (one that
 * always fails is lost among many that never do), over the last half minute and since the step began. A service is
 * allowed the monolith's ratio of failures plus `maxFailureRatio`; few failures prove nothing, many in a row do.
 */
export function judgeFailures(observation: Observation, policy: Policy): string | null {
  for (const window of ['short', 'long'] as const) {
    const suspects = suspectsIn(observation[window], observation, policy);
    const needed = enough(window, 2 * suspects.length);
    for (const suspect of suspects) {
      const why = condemn(suspect, policy, needed);
      if (why) return why;
    }
  }
  return null;
}

function suspectsIn(sample: Sample, { baseline }: Observation, { minRequests }: Policy): Suspect[] {
  const routes = [...sample].filter(([, { service }]) => service.requests > 0);
  const each = routes.map(([route, { service, monolith }]): Suspect => {
    const before = baseline?.routes[route];
    const history = monolith.requests < minRequests && before !== undefined;
    return { where: route, service, monolith: history ? sumTallies([monolith, before]) : monolith, history };
  });
  if (each.length < 2) return each;
  const all: Suspect = {
    where: 'all routes',
    service: emptyTally(),
    monolith: emptyTally(),
    history: each.some(({ history }) => history),
  };
  for (const { service, monolith } of each) {
    addTally(all.service, service);
    addTally(all.monolith, monolith);
  }
  return [all, ...each];
}

function condemn(
  { where, service, monolith, history }: Suspect,
  policy: Policy,
  needed: number,
): string | null {
  const ratio = service.failures / service.requests;
  const usual = monolith.requests > 0 ? monolith.failures / monolith.requests : 0;
  if (ratio <= usual + policy.maxFailureRatio) return null;
  if (Math.max(evidenceAgainst(service, monolith), evidenceAbove(service, monolith, policy)) < needed)
    return null;
  const compared =
    monolith.requests === 0
      ? 'nothing of the monolith to compare with'
      : `${percent(usual)} on the monolith${history ? ', its history counted' : ''}`;
  return `${service.failures} of ${service.requests} requests failed on the service (${percent(ratio)}; ${compared}), ${where}: ${reasonsOf(service)}`;
}

/** That it fails more than the monolith does: sharp where the monolith has answered about as much. */
function evidenceAgainst(service: Tally, monolith: Tally): number {
  if (monolith.requests === 0) return Number.NEGATIVE_INFINITY;
  const exposure = service.requests / (service.requests + monolith.requests);
  return logEvidence(service.failures, monolith.failures, exposure);
}

/** That it fails more than is allowed, whatever the few requests on the monolith left open about what is usual. */
function evidenceAbove(service: Tally, monolith: Tally, { maxFailureRatio }: Policy): number {
  const allowed = Math.max(0.001, maxFailureRatio + atMost(monolith.failures, monolith.requests));
  // An answer that was an error and then broke off is one request and two failures.
  const failures = Math.min(service.failures, service.requests);
  if (failures / service.requests <= allowed) return Number.NEGATIVE_INFINITY;
  return logEvidence(failures, service.requests - failures, allowed);
}

/** Upper end of Wilson's interval at three standard deviations; 0 where there is nothing to estimate from. */
function atMost(failures: number, requests: number): number {
  if (requests === 0) return 0;
  const z2 = 9;
  const p = failures / requests;
  const spread = Math.sqrt(z2 * ((p * (1 - p)) / requests + z2 / (4 * requests ** 2)));
  return Math.min(1, (p + z2 / (2 * requests) + spread) / (1 + z2 / requests));
}

/** '12 status 500, 3 timeout', the most frequent first. */
function reasonsOf({ reasons }: Pick<Tally, 'reasons'>): string {
  const counted = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  return counted.map(([reason, count]) => `${count} ${reason}`).join(', ') || 'no reason was reported';
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`;
}
