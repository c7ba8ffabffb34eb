import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 5;

/** Asks until something is there, which it gives: for tests, in place of a sleep. The test's own time limit ends the wait. */
export async function until<T>(ask: () => T | Promise<T>): Promise<Exclude<NonNullable<T>, false>> {
  for (;;) {
    const found = await ask();
    if (found) return found as Exclude<NonNullable<T>, false>;
    await delay(EVERY_MS);
  }
}
