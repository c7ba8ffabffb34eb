import { openSync, readSync } from 'node:fs';
import { PerformanceObserver, performance } from 'node:perf_hooks';

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

/** Sums since the start, ms. */
export type StallTotals = { loopMs: number; waitMs: number; gcMs: number };

export type StallWatch = { totals(): StallTotals; stop(): void };

/** How often it looks, ms: it costs about 20 µs each time. */
const TICK_MS = 50;
/** What is shorter is nobody's stall, ms. */
const NOTED_MS = 20;

/**
 * Watches the event loop, garbage collections and the wait for a processor of this process, for as long as it runs:
 * it takes less than a thousandth of a core and does not keep the process alive. `onStall` is told of every look
 * in which one of the three took over 20 ms.
 */
export function watchStalls(onStall: (stall: Stall) => void = () => {}): StallWatch {
  const totals: StallTotals = { loopMs: 0, waitMs: 0, gcMs: 0 };
  const scheduler = openScheduler();
  const collections: Span[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      totals.gcMs += duration;
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
    if (loopMs >= NOTED_MS) totals.loopMs += loopMs;
    totals.waitMs += waitMs ?? 0;
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
    totals: () => ({ ...totals }),
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

/** Reads what the kernel's scheduler counts for the main thread: time on a processor, and time waiting for one. */
function openScheduler(): () => { cpuMs: number | null; waitMs: number | null } {
  const unknown = () => ({ cpuMs: null, waitMs: null });
  let file: number;
  try {
    file = openSync('/proc/self/schedstat', 'r');
  } catch {
    return unknown; // no Linux, or a kernel without it
  }
  const buffer = Buffer.alloc(96);
  return () => {
    const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
    const [cpu, wait] = text.split(' ').map(Number);
    return { cpuMs: cpu! / 1e6, waitMs: wait! / 1e6 };
  };
}
