import type { OutcomeBatch } from '../route-table.ts';
import type { Outcome } from './evidence.ts';
import { sumOutcomes } from './sum-outcomes.ts';

/** Length of the first spans of evidence in milliseconds. Evidence is cut off to this precision. */
export const WINDOW_MS = 2_000;

export type WindowRow = { service: string; version: number; starts: number; outcomes: Outcome[] };

/**
 * Sums batches per window and gives the rows to write: absolute counts, so that a write that is repeated, or whose
 * answer was lost, changes nothing.
 */
export class OutcomeWindows {
  #rows = new Map<string, WindowRow>();

  /** Adds batches at `now` (wall clock, ms) and returns the rows of the open window that changed. */
  add(batches: readonly OutcomeBatch[], now: number): WindowRow[] {
    const starts = now - (now % WINDOW_MS);
    for (const [id, row] of this.#rows) if (row.starts < starts) this.#rows.delete(id);
    const changed = new Map<string, Outcome[]>();
    for (const { service, version, ...outcome } of batches) {
      const id = `${version} ${service}`;
      const row = this.#rows.get(id) ?? { service, version, starts, outcomes: [] };
      this.#rows.set(id, row);
      changed.set(id, [...(changed.get(id) ?? []), outcome]);
    }
    return [...changed].map(([id, outcomes]) => {
      const row = this.#rows.get(id)!;
      row.outcomes = sumOutcomes([...row.outcomes, ...outcomes]);
      return row;
    });
  }
}
