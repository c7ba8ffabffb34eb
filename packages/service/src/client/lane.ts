import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel';
import { type Balance, createBalance } from './balance.ts';
import { createRetryBudget, type RetryBudget } from './budget.ts';
import type { CallError } from './errors.ts';
import { RETRY, type RetryPolicy } from './retry.ts';

/** How one service is called. */
type CallPolicy = {
  /** All attempts together, ms, if the caller's own deadline is not nearer. Default 10,000. */
  deadlineMs: number;
  /** One attempt, ms. Default 5,000. */
  timeoutMs: number;
  retry: RetryPolicy;
  /** Retries as a part of calls, and so many in any 10 s besides. Default 0.2 and 3. */
  retryBudget: { ratio: number; reserve: number };
  /** So many failures in a row, and it is left alone for so long; then one call tries. Default 5 and 60 s. */
  breaker: { failures: number; openMs: number };
  /** Calls under way at most, and calls that wait for one of them to end. Default 64 and 128. */
  bulkhead: { calls: number; waiting: number };
  /** An instance that failed is passed over for so long, ms. Default 1,000. */
  restMs: number;
  /** An answer's body at most. Default 1 MiB. */
  answerBytes: number;
};

export const POLICY: CallPolicy = {
  deadlineMs: 10_000,
  timeoutMs: 5_000,
  retry: RETRY,
  retryBudget: { ratio: 0.2, reserve: 3 },
  breaker: { failures: 5, openMs: 60_000 },
  bulkhead: { calls: 64, waiting: 128 },
  restMs: 1_000,
  answerBytes: 1_048_576,
};

/** What an attempt ended in. Returned, not thrown, so that an answer that refuses still proves the service alive. */
export type Attempt<T> = { answer: T } | { error: CallError; unsent: boolean; verdict: Verdict };

/** What an attempt says of the service: `broken` counts, `alive` resets, `unknown` (we stopped waiting) does neither. */
export type Verdict = 'alive' | 'broken' | 'unknown';

/** Everything that calls to one service share in this process. */
export type Lane = {
  policy: CallPolicy;
  budget: RetryBudget;
  balance: Balance;
  /** Runs a call with all its attempts, when there is room. Throws `BulkheadRejectedError`. */
  admit<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Runs an attempt unless the circuit is open. Throws `BrokenCircuitError`. */
  attempt<T>(run: () => Promise<Attempt<T>>, signal: AbortSignal): Promise<Attempt<T>>;
  /** 0 closed, 1 open, 2 half open: for the metric. */
  circuit(): number;
};

/** With the standard policy and then each of the changes. */
export function createLane(...changes: (PolicyChanges | undefined)[]): Lane {
  const policy = changes.reduce<CallPolicy>(changePolicy, POLICY);
  const breaker = circuitBreaker(
    // While half open, an attempt that told nothing must not close the circuit.
    handleWhenResult((result) => verdictOf(result as Attempt<unknown>) !== 'alive'),
    { halfOpenAfter: policy.breaker.openMs, breaker: new ConsecutiveBreaker(policy.breaker.failures) },
  );
  const guarded = async <T>(run: () => Promise<Attempt<T>>, signal: AbortSignal): Promise<Attempt<T>> => {
    try {
      return await breaker.execute(async () => {
        const result = await run();
        // An error that the breaker does not know neither counts nor resets its count.
        if (verdictOf(result) === 'unknown' && breaker.state !== CircuitState.HalfOpen)
          throw new Untold(result);
        return result;
      }, signal);
    } catch (error) {
      if (error instanceof Untold) return error.result as Attempt<T>;
      throw error;
    }
  };
  const room = bulkhead(policy.bulkhead.calls, policy.bulkhead.waiting);
  return {
    policy,
    budget: createRetryBudget(policy.retryBudget),
    balance: createBalance(policy),
    // Both may wait without looking at the signal: for room, and for the one call that tries a half-open circuit.
    admit: (run, signal) =>
      untilAborted(
        room.execute(() => run(), signal),
        signal,
      ),
    attempt: (run, signal) => untilAborted(guarded(run, signal), signal),
    circuit: () => breaker.state,
  };
}

export type PolicyChanges = { [Name in keyof CallPolicy]?: Partial<CallPolicy[Name]> };

export { BrokenCircuitError, BulkheadRejectedError };

function verdictOf(result: Attempt<unknown>): Verdict {
  return 'verdict' in result ? result.verdict : 'alive';
}

class Untold extends Error {
  readonly result: Attempt<unknown>;
  constructor(result: Attempt<unknown>) {
    super('the attempt told nothing of the service');
    this.result = result;
  }
}

function changePolicy(policy: CallPolicy, changes: PolicyChanges = {}): CallPolicy {
  const changed = Object.entries(changes).map(([name, change]) => {
    const before = policy[name as keyof CallPolicy];
    return [name, typeof before === 'object' ? { ...before, ...(change as object) } : change];
  });
  return { ...policy, ...Object.fromEntries(changed) };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
