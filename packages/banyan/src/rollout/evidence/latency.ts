import type { ResolvedRollout } from '@banyan/plan';
import { logEvidence } from './anytime-valid.ts';
import { enough, type Observation } from './observation.ts';
import { emptyTally, quantile, type Sample, slowerThan, sumTallies, type Tally } from './tally.ts';

type Policy = Pick<ResolvedRollout, 'maxLatencyRatio' | 'minRequests'>;

/** Worse than its control, or slow without one: then nobody knows whether the service is slow or the machine. */
export type LatencyJudgement = { verdict: 'worse' | 'unclear'; why: string };

/** p95 below this is never judged, ms: ratios of small numbers are noise. Career Copilot's target during migration. */
const LATENCY_FLOOR_MS = 200;
const Q = 0.95;

/**
 * Whether the service's p95 is over what is allowed next to a control; null when it is not. The control is the monolith's
 * side of the same routes at the same time, where it has enough requests. Elsewhere it is the monolith's history of these
 * routes, times what has become slower since among all that did not move: a slow machine is not a slow service.
 */
export function judgeLatency(observation: Observation, policy: Policy): LatencyJudgement | null {
  for (const window of ['short', 'long'] as const) {
    const judgement = judgeWindow(observation, window, policy);
    if (judgement) return judgement;
  }
  return null;
}

function judgeWindow(
  observation: Observation,
  window: 'short' | 'long',
  policy: Policy,
): LatencyJudgement | null {
  const sample = observation[window];
  const here = alike(sample, (route) => sample.get(route)?.monolith, policy);
  if (here) {
    const slow = exceeds(here.service, quantile(here.control, Q), policy.maxLatencyRatio, window);
    return slow === null
      ? null
      : worse(`${slow}, on the monolith at the same time ${ms(quantile(here.control, Q))}`);
  }
  const { baseline, unmoved } = observation;
  const before = baseline && alike(sample, (route) => baseline.routes[route], policy);
  if (!before) return null;
  const usual = quantile(before.control, Q);
  // A plan may ask for none, but of none nothing can be told.
  const enoughUnmoved = (tally: Tally) => tally.requests >= Math.max(1, policy.minRequests);
  if (!enoughUnmoved(unmoved[window]) || !enoughUnmoved(unmoved.before)) {
    const slow = exceeds(before.service, usual, policy.maxLatencyRatio, window);
    if (slow === null) return null;
    return {
      verdict: 'unclear',
      why: `${slow}, on the monolith before the step ${ms(usual)}; too few requests of routes that did not move tell whether the machine is slow`,
    };
  }
  const [now, then] = [quantile(unmoved[window], Q)!, quantile(unmoved.before, Q)!];
  const slowdown = Number.isFinite(then) ? Math.max(1, now / then) : 1;
  const slow = exceeds(before.service, usual, policy.maxLatencyRatio * slowdown, window);
  return slow === null
    ? null
    : worse(
        `${slow}, on the monolith before the step ${ms(usual)}; what did not move went from ${ms(then)} to ${ms(now)}`,
      );
}

function worse(why: string): LatencyJudgement {
  return { verdict: 'worse', why };
}

/**
 * The routes of which both have been asked, the control's weighted as the service's are: login is not compared with
 * reading a page. Null when they are too few, or not what the service is mostly asked for.
 */
function alike(
  sample: Sample,
  controlOf: (route: string) => Tally | undefined,
  { minRequests }: Policy,
): { service: Tally; control: Tally } | null {
  const services: Tally[] = [];
  const control = emptyTally();
  let seen = 0;
  let asked = 0;
  for (const [route, { service }] of sample) {
    asked += service.requests;
    const other = controlOf(route);
    if (!other || other.requests === 0 || service.requests === 0) continue;
    services.push(service);
    seen += other.requests;
    const weight = service.requests / other.requests;
    control.requests += service.requests;
    for (const [index, count] of other.latency.entries()) control.latency[index]! += count * weight;
  }
  const service = sumTallies(services);
  if (seen < minRequests || service.requests < minRequests || service.requests * 2 < asked) return null;
  return { service, control };
}

/** 'p95 on the service is ..., allowed ...' when it is proven to be over it. */
function exceeds(
  service: Tally,
  usual: number | null,
  ratio: number,
  window: 'short' | 'long',
): string | null {
  const p95 = quantile(service, Q);
  if (p95 === null || usual === null) return null;
  const allowed = Math.max(LATENCY_FLOOR_MS, usual * ratio);
  if (p95 <= allowed) return null;
  const slow = slowerThan(service, allowed);
  const total = service.latency.reduce((sum, count) => sum + count, 0);
  if (slow === 0 || logEvidence(slow, total - slow, 1 - Q) < enough(window, 1)) return null;
  return `p95 on the service is ${ms(p95)}, allowed ${ms(allowed)}`;
}

function ms(value: number | null): string {
  if (value === null) return 'no requests';
  return Number.isFinite(value) ? `${Math.round(value)} ms` : 'over 10,000 ms';
}
