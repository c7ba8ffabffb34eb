/** What one time of a task says of the next. `true`: there is more, at once. A number: after so many ms. Otherwise as usual. */
export type Next = boolean | number | undefined;

/** After the first failure in a row, ms; twice as long after each further one. */
const FIRST_MS = 1_000;
/** The longest pause after failures, ms, of a task that is usually done more often than that. */
const LONGEST_MS = 30_000;

/**
 * Milliseconds until a task is done again. Usual pauses differ by a tenth, so that processes that were started together do not all look at
 * the same moment; those after failures by a half.
 *
 * @param failures in a row; 0: it was done, and `next` counts
 * @param chance from 0 to 1
 */
export function pauseUntilNext({
  next,
  failures,
  everyMs,
  chance,
}: {
  next: Next;
  failures: number;
  everyMs: number;
  chance: number;
}): number {
  if (failures > 0) {
    const pause = Math.min(everyMs, FIRST_MS) * 2 ** (failures - 1);
    return Math.min(pause, Math.max(everyMs, LONGEST_MS)) * (0.5 + chance / 2);
  }
  if (next === true) return 0;
  if (typeof next === 'number') return Math.max(0, next);
  return everyMs * (0.9 + chance / 5);
}
