import { PerformanceObserver, performance } from 'node:perf_hooks';
import { openScheduler } from './scheduler.ts';
import { NOTED_MS, TICK_MS } from './watch.ts';

/** Since the start, ms. */
export type StallSums = { loopMs: number; waitMs: number; gcMs: number };

/**
 * Adds up how long the event loop was late by over 20 ms, the main thread waited for a processor and garbage was collected.
 * Cheap enough for every process: a look only reads the clock, and the scheduler is asked when the sums are.
 */
export function sumStalls(): { sums(): StallSums; stop(): void } {
  const scheduler = openScheduler();
  const first = scheduler().waitMs ?? 0;
  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  });
  observer.observe({ entryTypes: ['gc'] });

  let loopMs = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - last - TICK_MS;
    if (late >= NOTED_MS) loopMs += late;
    last = now;
  }, TICK_MS);
  timer.unref();

  return {
    sums: () => ({ loopMs, waitMs: (scheduler().waitMs ?? first) - first, gcMs }),
    stop() {
      clearInterval(timer);
      observer.disconnect();
    },
  };
}
