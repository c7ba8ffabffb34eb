import { BOUNDS_MS } from '@banyan/gateway';
import { emptyTally, type Tally } from '../rollout/evidence/tally.ts';

/** So many requests, of which so many failed with 500. */
export function answered(requests: number, failures = 0): Tally {
  const tally = { ...emptyTally(), requests, failures, ownErrors: failures };
  return failures > 0 ? { ...tally, reasons: { 'status 500': failures } } : tally;
}

/** So many requests that took as long as a skewed draw around `typicalMs` says. */
export function timed(requests: number, typicalMs: number, random: () => number): Tally {
  const tally = answered(requests);
  for (let i = 0; i < requests; i++) {
    const ms = typicalMs * Math.exp((random() + random() + random() - 1.5) * 1.5);
    const bucket = BOUNDS_MS.findIndex((bound) => ms <= bound);
    tally.latency[bucket === -1 ? BOUNDS_MS.length : bucket]!++;
  }
  return tally;
}
