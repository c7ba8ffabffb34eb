import type { OutcomeBatch } from '../route-table.ts';

/** Length of a window of outcomes in milliseconds. Evidence is cut off to this precision. */
const WINDOW_MS = 2_000;

export type OutcomeRow = OutcomeBatch & { windowStart: Date };

/**
 * Sums batches per window and gives the rows to write: absolute counts, so that a write that is repeated, or whose
 * answer was lost, changes nothing.
 */
export class OutcomeWindows {
  #rows = new Map<string, OutcomeRow>();

  /** Adds batches at `now` (wall clock, ms) and returns the rows of open windows that changed. */
  add(batches: readonly OutcomeBatch[], now: number): OutcomeRow[] {
    const windowStart = now - (now % WINDOW_MS);
    for (const [id, row] of this.#rows) if (row.windowStart.getTime() < windowStart) this.#rows.delete(id);
    return batches.map((batch) => {
      const id = `${batch.version} ${batch.side} ${batch.service} ${batch.route}`;
      const row = this.#rows.get(id);
      if (!row) {
        const first = { ...batch, latency: { ...batch.latency }, windowStart: new Date(windowStart) };
        this.#rows.set(id, first);
        return first;
      }
      for (const name of COUNTS) row[name] += batch[name];
      for (const [bound, count] of Object.entries(batch.latency)) {
        row.latency[bound] = (row.latency[bound] ?? 0) + count;
      }
      return row;
    });
  }
}

const COUNTS = ['requests', 'failures', 'rescued', 'compared', 'mismatched'] as const;
