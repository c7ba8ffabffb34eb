/** Requests a second while the tour goes on, and what speaks for a change. Times are whatever clock the caller has, ms. */
export type Pacing = {
  readonly asked: number;
  rate: number;
  lowest: number;
  changedAt: number;
  /** Since when more wait than arrive in a second; null: they do not. */
  behindSince: number | null;
  /** Since when hardly anybody waits. */
  wellSince: number | null;
};

/** More in flight than arrive in so many seconds: the system no longer keeps up. */
const BEHIND_SECONDS = 1;
/** Fewer than this part of a second's arrivals: it keeps up well. */
const WELL = 0.2;
/** A stall of a second is no reason: it is over before fewer requests would help, ms. */
const LOWER_AFTER_MS = 3_000;
const RAISE_AFTER_MS = 15_000;
/** What was changed has to show first, ms. */
const SETTLE_MS = 5_000;
const LEAST_RATE = 20;

export function startPacing(rate: number, now: number): Pacing {
  return { asked: rate, rate, lowest: rate, changedAt: now, behindSince: null, wellSince: null };
}

/**
 * The rate to go on with: half when the system falls ever further behind, for its users would give up and prove nothing;
 * twice as much, up to what was asked for, once it keeps up.
 */
export function nextPacing(before: Pacing, inFlight: number, now: number): Pacing {
  const { rate, asked, changedAt } = before;
  const behindSince =
    inFlight >= Math.max(LEAST_RATE, rate) * BEHIND_SECONDS ? (before.behindSince ?? now) : null;
  const wellSince = inFlight <= rate * WELL ? (before.wellSince ?? now) : null;
  const pacing = { ...before, behindSince, wellSince };
  if (now - changedAt < SETTLE_MS) return pacing;
  if (behindSince !== null && now - behindSince >= LOWER_AFTER_MS)
    return changed(pacing, Math.min(rate, Math.max(LEAST_RATE, Math.round(rate / 2))), now);
  if (wellSince !== null && now - wellSince >= RAISE_AFTER_MS)
    return changed(pacing, Math.min(asked, rate * 2), now);
  return pacing;
}

function changed(pacing: Pacing, rate: number, now: number): Pacing {
  if (rate === pacing.rate) return pacing;
  const lowest = Math.min(pacing.lowest, rate);
  return { ...pacing, rate, lowest, changedAt: now, behindSince: null, wellSince: null };
}
