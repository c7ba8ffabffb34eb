import { PerformanceObserver, performance } from 'node:perf_hooks';
import { openScheduler } from './scheduler.ts';

/** A short span in which a process got on badly, and where its time went. */
export type Stall = {
  /** Wall clock, ms. */
  from: number;
  to: number;
  /** How long the event loop was late: nothing else ran in the process meanwhile. */
  loopMs: number;
  /** Processor time that the main thread used; null where the system does not say (/proc/self/schedstat). */
  cpuMs: number | null;
  /** How long the main thread was ready to run and no processor took it; null as above. */
  waitMs: number | null;
  /** In garbage collections. */
  gcMs: number;
};

/** How often it looks, ms. */
export const TICK_MS = 50;
/** What is shorter is nobody's stall, ms. */
export const NOTED_MS = 20;

/**
 * Watches the event loop, garbage collections and the wait for a processor of this process, for as long as it runs, without
 * keeping it alive. `onStall` is told of every look in which one of the three took over 20 ms. It takes up to a hundredth of
 * a core: for a process that is being looked into. For one that only counts there is `sumStalls`.
 */
export function watchStalls(onStall: (stall: Stall) => void): { stop(): void } {
  const scheduler = openScheduler();
  const collections: Span[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      collections.push({ from: startTime, to: startTime + duration });
    }
  });
  observer.observe({ entryTypes: ['gc'] });

  let last = { at: performance.now(), ...scheduler() };
  // What was seen at the last look is told at the next: garbage collections are told of a turn of the loop later.
  let seen: Omit<Stall, 'gcMs'> | null = null;
  const timer = setInterval(() => {
    if (seen) tell(seen);
    const now = { at: performance.now(), ...scheduler() };
    const loopMs = Math.max(0, now.at - last.at - TICK_MS);
    const cpuMs = now.cpuMs === null ? null : now.cpuMs - last.cpuMs!;
    const waitMs = now.waitMs === null ? null : now.waitMs - last.waitMs!;
    seen = { from: last.at, to: now.at, loopMs, cpuMs, waitMs };
    last = now;
  }, TICK_MS);
  timer.unref();

  function tell(span: Omit<Stall, 'gcMs'>): void {
    const gcMs = collections.reduce((sum, one) => sum + overlapMs(one, span), 0);
    while (collections.length > 0 && collections[0]!.to <= span.to) collections.shift();
    if (Math.max(span.loopMs, span.waitMs ?? 0, gcMs) < NOTED_MS) return;
    const wall = performance.timeOrigin;
    onStall({ ...span, from: wall + span.from, to: wall + span.to, gcMs });
  }

  return {
    stop() {
      clearInterval(timer);
      observer.disconnect();
    },
  };
}

type Span = { from: number; to: number };

/** How much of `one` lies within `other`. */
export function overlapMs(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from));
}
