import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

const EVERY_MS = 5;
/** Much longer than anything takes that comes at all: it ends what would else hang until the run of all tests is given up. */
const LIMIT_MS = 120_000;

/**
 * Asks until something is there, which it gives: for tests, in place of a sleep. Asks again `everyMs` (5) after an answer: give more where
 * an answer costs much and is long in coming. Rejects after `limitMs` (120 s), also when a question is not answered at all, with what it waited
 * for: `what`, or else the text of the question.
 */
export async function until<T>(
  ask: () => T | Promise<T>,
  {
    what = String(ask),
    limitMs = LIMIT_MS,
    everyMs = EVERY_MS,
  }: { what?: string; limitMs?: number; everyMs?: number } = {},
): Promise<Exclude<NonNullable<T>, false>> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  // Where it was called is what a reader looks for; a timer's stack does not have it.
  const error = new Error();
  let last = 'no answer yet';
  const timer = setTimeout(() => {
    error.message = `After ${limitMs / 1000} s still not there: ${what} (last answer: ${last})`;
    reject(error);
  }, limitMs);
  try {
    for (;;) {
      const found = await Promise.race([ask(), over]);
      if (found) return found as Exclude<NonNullable<T>, false>;
      last = inspect(found);
      await Promise.race([delay(everyMs), over]);
    }
  } finally {
    clearTimeout(timer);
  }
}
