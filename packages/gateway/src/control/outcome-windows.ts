import type { OutcomeBatch } from './route-table.ts';
import { OutcomeSums, type StoredOutcome, toStored } from './stored-outcome.ts';

/** Length of the first spans of evidence in milliseconds. Evidence is cut off to this precision. */
export const WINDOW_MS = 2_000;

/** A clock that goes back further than this was set, ms. */
const TURNED_BACK_MS = 60_000;

export type WindowRow = { service: string; version: number; starts: number; outcomes: StoredOutcome[] };

/**
 * Sums batches per window and gives the rows to write: absolute counts, so that a write that is repeated, or whose
 * answer was lost, changes nothing.
 */
export class OutcomeWindows {
  #starts = 0;
  /** Of the open window, by version and service. */
  #sums = new Map<string, { service: string; version: number; sums: OutcomeSums }>();

  /** Adds batches at `now` (wall clock, ms) and returns the rows of the open window that changed. */
  add(batches: readonly OutcomeBatch[], now: number): WindowRow[] {
    const starts = now - (now % WINDOW_MS);
    // A clock that is turned back a little goes on in the open window: another one of that start has been told.
    if (starts > this.#starts || starts < this.#starts - TURNED_BACK_MS) {
      this.#starts = starts;
      this.#sums = new Map();
    }
    const changed = new Set<string>();
    for (const batch of batches) {
      const { service, version } = batch;
      const id = `${version} ${service}`;
      const row = this.#sums.get(id) ?? { service, version, sums: new OutcomeSums() };
      this.#sums.set(id, row);
      row.sums.add(toStored(batch));
      changed.add(id);
    }
    return [...changed].map((id) => {
      const { service, version, sums } = this.#sums.get(id)!;
      return { service, version, starts: this.#starts, outcomes: sums.stored() };
    });
  }
}
