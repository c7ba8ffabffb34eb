/**
 * A test that may be looked at all the time: however often it is asked, the chance that it ever says "worse" of a side
 * that is not is at most alpha, when one acts at `logEvidence(...) >= Math.log(1 / alpha)` (Robbins' mixture; Howard and
 * Ramdas, "Time-uniform confidence sequences").
 *
 * `worse` of the events fell on the side in question and `others` elsewhere, where by chance a share `exposure` (above 0,
 * below 1) of all would fall on it. With B the beta function and I its regularised incomplete form,
 *
 *     E1 = B(1 + worse, 1 + others) (1 - I_exposure(1 + worse, 1 + others))
 *          / (exposure^worse (1 - exposure)^others (1 - exposure))
 *
 * of which this is the natural logarithm.
 */
export function logEvidence(worse: number, others: number, exposure: number): number {
  const logExposure = Math.log(exposure);
  const logRest = Math.log1p(-exposure);
  const logBeta = logFactorial(worse) + logFactorial(others) - logFactorial(worse + others + 1);
  return (
    logBeta +
    logAtMost(worse, worse + others + 1, logExposure, logRest) -
    worse * logExposure -
    (others + 1) * logRest
  );
}

/** Exposure of a side that is allowed `ratio` times as many events per request as chance would give it. */
export function tolerating(exposure: number, ratio: number): number {
  return (exposure * ratio) / (exposure * ratio + 1 - exposure);
}

/** log P(X <= k) of a binomial X with n trials: what 1 - I is for whole numbers. */
function logAtMost(k: number, n: number, logP: number, logQ: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    const term = logFactorial(n) - logFactorial(i) - logFactorial(n - i) + i * logP + (n - i) * logQ;
    if (term > largest) {
      sum = sum * Math.exp(largest - term) + 1;
      largest = term;
    } else sum += Math.exp(term - largest);
  }
  return largest + Math.log(sum);
}

const SMALL: number[] = [0];

/** log(n!): exact sums for small n, Stirling's series for others (error below 1e-12 there). */
function logFactorial(n: number): number {
  if (n < 256) {
    for (let i = SMALL.length; i <= n; i++) SMALL.push(SMALL[i - 1]! + Math.log(i));
    return SMALL[n]!;
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}
