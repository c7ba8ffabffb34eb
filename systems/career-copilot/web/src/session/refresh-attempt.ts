/** What became of asking for the next tokens. */
export type Outcome =
  | { is: 'tokens'; body: unknown }
  /** Nobody is logged in any more. */
  | { is: 'ended' }
  | { is: 'failed'; retryAfterMs: number | null };

/** How long an attempt may take, ms: a second one must come while the first, if only its answer was lost, may be repeated (10 s). */
export const ATTEMPT_MS = 5_000;

/** A wait that a server asks for is believed up to here, ms. */
const LONGEST_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 15_000;

export function outcomeOf(status: number, retryAfter: string | null, body: unknown): Outcome {
  if (status === 200) return { is: 'tokens', body };
  if (status === 204 || status === 401 || status === 403) return { is: 'ended' };
  return { is: 'failed', retryAfterMs: secondsIn(retryAfter) };
}

/** Before the next attempt, after so many that failed in a row. */
export function waitMs(failures: number, retryAfterMs: number | null): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, LONGEST_WAIT_MS);
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20), LAST_WAIT_MS);
}

function secondsIn(retryAfter: string | null): number | null {
  return retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : null;
}
