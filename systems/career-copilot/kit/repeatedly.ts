import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';

/** Work that a part of the service does of its own accord. */
export type Repeated = {
  open(): Promise<void>;
  /** Resolves when what is in hand is done. */
  close(): Promise<void>;
};

/**
 * Does `work` from `open` on, `everyMs` after the last time, or at once while it resolves with true: there is more. What it throws is
 * logged as `failure`, and it is tried again.
 */
export function repeatedly(
  work: (signal: AbortSignal) => Promise<boolean>,
  { everyMs, log, failure }: { everyMs: number; log: FastifyBaseLogger; failure: string },
): Repeated {
  const stopping = new AbortController();
  const { signal } = stopping;
  let loop = Promise.resolve();

  async function goOn(): Promise<void> {
    while (!signal.aborted) {
      const isMore = await work(signal).catch((error: unknown) => {
        if (!signal.aborted) log.error(error, failure);
        return false;
      });
      if (!isMore) await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  return {
    open: async () => {
      loop = goOn();
    },
    close: async () => {
      stopping.abort();
      await loop;
    },
  };
}
