import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BOUNDS_MS, type Stats } from '../observe/stats.ts';
import { nextThrottle, type Throttle, UNTHROTTLED, type UserLatency, userLatencyOf } from './throttle.ts';

/** While shadowing is throttled, one answer is compared in so many ms: it takes longer, and still comes to its end. */
const LEAST_EVERY_MS = 100;

/** How often a loop's delay is sampled, ms. */
const LOOP_RESOLUTION_MS = 20;

export type LoopWatch = { lateMs(): number; stop(): void };

/** p95 of how late this process's event loop was since the last call, ms. */
export function watchLoop(): LoopWatch {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  return {
    lateMs() {
      const late = Math.max(0, delay.percentile(95) / 1e6 - LOOP_RESOLUTION_MS);
      delay.reset();
      return late;
    },
    stop: () => delay.disable(),
  };
}

/**
 * Whether a worker's users wait longer than before it shadowed: by what the upstreams took for its own requests, and by
 * how late its own event loop is, which no upstream's time shows.
 */
export class ShadowThrottle {
  #throttle: Throttle = UNTHROTTLED;
  readonly #stats: Stats;
  readonly #now: () => number;
  readonly #loop: Pick<LoopWatch, 'lateMs'>;
  #before = new Float64Array(BOUNDS_MS.length + 1);
  #shadowedBefore = 0;
  #lastLet = Number.NEGATIVE_INFINITY;
  aboveRatio = 1.5;

  constructor(stats: Stats, now: () => number, loop: Pick<LoopWatch, 'lateMs'>) {
    this.#stats = stats;
    this.#now = now;
    this.#loop = loop;
  }

  get now(): boolean {
    return this.#throttle.throttled;
  }

  /** Whether another answer may be compared now. */
  lets(): boolean {
    if (!this.#throttle.throttled) return true;
    const now = this.#now();
    if (now - this.#lastLet < LEAST_EVERY_MS) return false;
    this.#lastLet = now;
    return true;
  }

  /** To be called about once a second. */
  look(): void {
    const { shadowed } = this.#stats.counts;
    const working = shadowed > this.#shadowedBefore;
    this.#shadowedBefore = shadowed;
    this.#throttle = nextThrottle(
      this.#throttle,
      { wait: this.#usersWait(), working, now: this.#now() },
      this.aboveRatio,
    );
  }

  /** Since the last look. */
  #usersWait(): UserLatency {
    const counts = new Float64Array(BOUNDS_MS.length + 1);
    for (const { latency } of this.#stats.cells())
      for (let i = 0; i < latency.length; i++) counts[i]! += latency[i]!;
    const before = this.#before;
    const fresh = Object.fromEntries(
      Array.from(counts, (count, i) => [String(BOUNDS_MS[i] ?? 'Infinity'), count - before[i]!]),
    );
    this.#before = counts;
    const { p95Ms, requests } = userLatencyOf(fresh);
    return { p95Ms: p95Ms + this.#loop.lateMs(), requests };
  }
}
