import { setTimeout as delay } from 'node:timers/promises';

/** Asks until something is there; the test's own time limit ends the wait. */
export async function until<T>(ask: () => T | Promise<T>): Promise<Exclude<NonNullable<T>, false>> {
  for (;;) {
    const found = await ask();
    if (found) return found as Exclude<NonNullable<T>, false>;
    await delay(10);
  }
}
