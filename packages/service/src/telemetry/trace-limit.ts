/** Tells whether one more of the traces that begin here is recorded. */
export type TraceLimit = () => boolean;

/**
 * At most `perSecond` traces a second, and as many at once after a pause (a token bucket): what tracing costs a service and
 * its collector must not grow with the load. Infinity is no limit. `now` in ms, never going back.
 */
export function limitTraces(perSecond: number, now: () => number = () => performance.now()): TraceLimit {
  if (perSecond === Number.POSITIVE_INFINITY) return () => true;
  let left = perSecond;
  let at = now();
  return () => {
    const moment = now();
    left = Math.min(perSecond, left + ((moment - at) * perSecond) / 1000);
    at = moment;
    if (left < 1) return false;
    left--;
    return true;
  };
}
