import { setTimeout as delay } from 'node:timers/promises';

export type Progress = {
  rows: number;
  /** The planner's estimate of all rows. */
  total: number;
  rowsPerSecond: number;
  secondsLeft: number | null;
};

export type Throttle = {
  /** At most this many rows per second over all workers. Default: no limit. */
  rowsPerSecond?: number;
  /** Asked between ranges; while it says true nothing new is begun. */
  pause?: () => boolean | Promise<boolean>;
};

type MeterOptions = { onProgress?: (progress: Progress) => void; throttle?: Throttle };

/** Counts, reports and holds back. */
export class Meter {
  rows: number;
  readonly #before: number;
  readonly #total: number;
  readonly #options: MeterOptions;
  readonly #started = performance.now();

  constructor(total: number, before: number, options: MeterOptions) {
    this.rows = before;
    this.#before = before;
    this.#total = total;
    this.#options = options;
  }

  add(rows: number): void {
    this.rows += rows;
    this.report();
  }

  report(): void {
    const seconds = (performance.now() - this.#started) / 1000;
    const rowsPerSecond = seconds > 0 ? (this.rows - this.#before) / seconds : 0;
    const total = Math.max(this.#total, this.rows);
    const secondsLeft = rowsPerSecond > 0 ? (total - this.rows) / rowsPerSecond : null;
    this.#options.onProgress?.({ rows: this.rows, total, rowsPerSecond, secondsLeft });
  }

  /** Resolves when another range may be begun. */
  async permission(signal?: AbortSignal): Promise<void> {
    const { rowsPerSecond, pause } = this.#options.throttle ?? {};
    const wait = (ms: number) => delay(ms, undefined, { signal }).catch(() => {});
    while (!signal?.aborted && (await pause?.())) await wait(100);
    if (!rowsPerSecond) return;
    const due = ((this.rows - this.#before) / rowsPerSecond) * 1000;
    const early = due - (performance.now() - this.#started);
    if (early > 0) await wait(early);
  }
}
