import { isPermanent } from '../errors.ts';
import { cleanText, textOf } from '../failure.ts';
import { type FailedAttempt, StepFailed } from './errors.ts';

export type AttemptPlan = {
  step: string;
  /** After the first attempt. */
  retries: number;
  /** Before the first retry, in milliseconds; doubled for each further one, an hour at most. */
  retryDelayMs: number;
  /** Of one attempt, in milliseconds. */
  timeoutMs: number;
  /** Epoch milliseconds; no attempt begins later. */
  deadlineAt?: number;
  /** Attempts that nobody has a record of may have been made before, by a process that died. */
  mayHaveRun: boolean;
};

/** What is kept on record of a step that succeeded. */
export type Succeeded<T> = { result: T; attempts: number; failed?: readonly FailedAttempt[] };

/** Lets work be given up between attempts: `pause` resolves after a time, or never if the process is closing. */
export type Pause = (ms: number) => Promise<void>;

/**
 * Runs `run` until it succeeds. Rejects with StepFailed after the last attempt, at once after an error with
 * `permanent: true`.
 *
 * DBOS has retries of its own; they keep no record of attempts that failed before one that succeeded, and cannot tell a
 * refusal from an outcome that nobody knows.
 */
export async function attempt<T>(
  plan: AttemptPlan,
  run: (call: { signal: AbortSignal; attempt: number }) => Promise<T>,
  pause: Pause,
): Promise<Succeeded<T>> {
  const failed: FailedAttempt[] = [];
  const fail = (cause?: unknown) => {
    const unknown = plan.mayHaveRun || failed.some(({ kind }) => kind === 'error' || kind === 'timeout');
    return new StepFailed(plan.step, unknown, failed, { cause });
  };
  for (let number = 1; ; number++) {
    if (plan.deadlineAt !== undefined && Date.now() >= plan.deadlineAt) {
      failed.push({ at: now(), kind: 'deadline', message: "the saga's deadline has passed" });
      throw fail();
    }
    try {
      const result = await withTimeout(plan.timeoutMs, (signal) => run({ signal, attempt: number }));
      return failed.length > 0 ? { result, attempts: number, failed } : { result, attempts: number };
    } catch (error) {
      const told = tell(error);
      failed.push(told);
      if (told.kind === 'refused' || number > plan.retries) throw fail(error);
    }
    await pause(Math.min(plan.retryDelayMs * 2 ** (number - 1), LONGEST_DELAY_MS));
  }
}

const LONGEST_DELAY_MS = 3_600_000;

class TimedOut extends Error {}

/** Rejects in time even if `run` does not heed its signal; what it does from then on, nobody waits for. */
async function withTimeout<T>(ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      const giveUp = () => {
        const timedOut = new TimedOut(`no outcome within ${ms} ms`);
        abort.abort(timedOut);
        reject(timedOut);
      };
      // Keeps no process alive that has nothing else to do.
      timer = setTimeout(giveUp, ms).unref();
      run(abort.signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

function tell(error: unknown): FailedAttempt {
  const message = cleanText(textOf(error));
  if (error instanceof TimedOut) return { at: now(), kind: 'timeout', message };
  return { at: now(), kind: isPermanent(error) ? 'refused' : 'error', message };
}

function now(): string {
  return new Date().toISOString();
}
