import { logEvidence, tolerating } from './anytime-valid.ts';
import { enough, type Observation } from './observation.ts';

/** How long after a step new failures of the monolith are put down to it, ms. */
const BLAMED_MS = 600_000;
/** How much more often than before the monolith may fail: its days are not all alike. */
const TOLERATED = 2;
const MIN_FAILURES = 3;

/**
 * What the step did to the monolith, or null: writes that our lock refused to it, and failures of its own that it did not
 * have before. Only errors that it told itself count: a monolith that is away is no reason to give it more users.
 */
export function judgeMonolith(observation: Observation, msSinceStep: number): string | null {
  const { refused } = observation;
  if (refused > 0)
    return `the write lock refused ${refused === 1 ? 'a write' : `${refused} writes`} of the monolith to rows that the service owns`;
  if (msSinceStep > BLAMED_MS) return null;
  const { since, before } = observation.monolith;
  if (since.ownErrors < MIN_FAILURES || before.requests === 0) return null;
  const exposure = tolerating(since.requests / (since.requests + before.requests), TOLERATED);
  if (logEvidence(since.ownErrors, before.ownErrors, exposure) < enough('long', 1)) return null;
  return `the monolith fails since the step: ${since.ownErrors} of its ${since.requests} answers are errors of its own, ${before.ownErrors} of ${before.requests} before`;
}
