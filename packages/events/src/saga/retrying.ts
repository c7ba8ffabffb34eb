/** Milliseconds to wait after the `number`th attempt has failed at `now`; undefined: no further one is made. */
export type Retrying = (number: number, now: number) => number | undefined;

/** Further attempts by count, each after a pause twice as long as the one before, an hour at most. */
export function byCount(retries: number, delayMs: number): Retrying {
  return (number) => (number > retries ? undefined : grown(delayMs, number, HOUR_MS));
}

/**
 * Further attempts until a time (epoch milliseconds), the last one right then. Pauses double up to the longest; each is between half
 * and all of that, so that those who failed together do not come back together.
 */
export function byTime(
  { delayMs, longestMs, until }: { delayMs: number; longestMs: number; until: number },
  random: () => number = Math.random,
): Retrying {
  return (number, now) => {
    if (now >= until) return undefined;
    const pause = grown(delayMs, number, longestMs) * (0.5 + random() / 2);
    return Math.min(Math.ceil(pause), until - now);
  };
}

const HOUR_MS = 3_600_000;

function grown(delayMs: number, number: number, longestMs: number): number {
  return Math.min(delayMs * 2 ** (number - 1), longestMs);
}
