import { setTimeout as delay } from 'node:timers/promises';
import type { PartHost } from '@banyan/service';

/**
 * Does what is due, as it becomes due, until `signal` aborts: claims up to `most` pieces of work at a time and looks again after `lookMs` when
 * there is nothing. What breaks is logged and comes again as the claim says. Resolves when all that was begun has ended.
 */
export async function workOn<T>({
  signal,
  most,
  lookMs,
  log,
  claim,
  work,
}: {
  signal: AbortSignal;
  most: number;
  lookMs: number;
  log: PartHost<unknown>['log'];
  claim(most: number): Promise<T[]>;
  work(one: T): Promise<void>;
}): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    const claimed = await claim(most - running.size).catch((err: unknown) => {
      log.error({ err }, 'cannot look for what is due');
      return [];
    });
    for (const one of claimed) {
      const done: Promise<void> = work(one)
        .catch((err: unknown) => log.error({ err }, 'a piece of work broke'))
        .finally(() => running.delete(done));
      running.add(done);
    }
    if (claimed.length === 0 || running.size === most)
      await Promise.race([delay(lookMs, undefined, { signal }).catch(() => {}), ...running]);
  }
  await Promise.all(running);
}
