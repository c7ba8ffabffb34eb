import { CallError } from '@banyan/service';
import { isPermanent } from '../errors.ts';
import { keptText, textOf } from '../failure.ts';
import { causeOf, type FailedAttempt, StepFailed } from './errors.ts';
import type { Retrying } from './retrying.ts';

export type AttemptPlan = {
  step: string;
  retrying: Retrying;
  /** Of one attempt, in milliseconds. */
  timeoutMs: number;
  /** Asked before each attempt: why no further one may begin. */
  stop?: () => Promise<Stop | undefined>;
  /** Told of each failure that is followed by another attempt. */
  failed?: (soFar: { attempts: number; cause: string; nextAt: number }) => Promise<void>;
  /** Attempts that nobody has a record of may have been made before, by a process that died. */
  mayHaveRun: boolean;
};

export type Stop = { kind: 'deadline' | 'cancelled' | 'answered'; message: string };

/** What is kept on record of a step that succeeded. */
export type Succeeded<T> = { result: T; attempts: number; failed?: readonly FailedAttempt[] };

/** Lets work be given up between attempts: resolves after a time or when there may be reason to stop, never if the process is closing. */
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
  let unknown = plan.mayHaveRun;
  const fail = (made: number, cause?: unknown) =>
    new StepFailed(plan.step, { unknown, made, attempts: failed }, { cause });
  for (let number = 1; ; number++) {
    const stop = await plan.stop?.();
    if (stop) {
      failed.push({ at: now(), ...stop });
      throw fail(number - 1);
    }
    try {
      const result = await withTimeout(plan.timeoutMs, (signal) => run({ signal, attempt: number }));
      return failed.length > 0 ? { result, attempts: number, failed } : { result, attempts: number };
    } catch (error) {
      const told = tell(error);
      failed.push(told);
      unknown ||= told.kind !== 'refused';
      // Of very many the first and the last tell enough.
      if (failed.length > KEPT) failed.splice(KEPT_FIRST, 1);
      const ms = told.kind === 'refused' ? undefined : plan.retrying(number, Date.now());
      if (ms === undefined) throw fail(number, error);
      await plan.failed?.({ attempts: number, cause: causeOf(failed), nextAt: Date.now() + ms });
      await pause(ms);
    }
  }
}

const KEPT = 50;
const KEPT_FIRST = 5;

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
  const message = keptText(error instanceof CallError ? tellCall(error) : textOf(error));
  if (error instanceof TimedOut) return { at: now(), kind: 'timeout', message };
  if (error instanceof CallError && error.code === 'CIRCUIT_OPEN')
    return { at: now(), kind: 'circuit', message };
  return { at: now(), kind: isPermanent(error) ? 'refused' : 'error', message };
}

/** What clients must not see of it, but operators have to. */
function tellCall({ service, operation, reason, problem }: CallError): string {
  const told = [problem?.code, problem?.detail].filter(Boolean).join(' ');
  return `${service} ${operation}: ${reason}${told ? ` (${told})` : ''}`;
}

function now(): string {
  return new Date().toISOString();
}
