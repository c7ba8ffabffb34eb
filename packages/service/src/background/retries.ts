/** How often something is tried, and how long it rests in between. */
export type Retries = {
  /** After the first attempt that failed, the second, and so on, ms. After one more it is given up. */
  pausesMs: readonly number[];
  /** Each pause is so much of itself shorter or longer, by chance: what failed together does not come again together. 0 to 1. */
  jitter: number;
};

/**
 * How long to rest after an attempt that failed, ms; undefined: it was the last one.
 *
 * @param attempt from 1
 * @param chance from 0 to 1
 */
export function pauseAfterAttempt(
  { pausesMs, jitter }: Retries,
  { attempt, chance }: { attempt: number; chance: number },
): number | undefined {
  const pause = pausesMs[attempt - 1];
  return pause === undefined ? undefined : pause * (1 - jitter + 2 * jitter * chance);
}

/** So many pauses, ms: each is `factor` times the one before it, and none is longer than `longestMs`. */
export function growingPauses({
  count,
  firstMs,
  factor,
  longestMs,
}: {
  count: number;
  firstMs: number;
  factor: number;
  longestMs: number;
}): number[] {
  return Array.from({ length: count }, (_, index) => Math.min(firstMs * factor ** index, longestMs));
}
