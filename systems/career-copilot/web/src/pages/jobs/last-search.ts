import { addressOf, type JobsSearch } from './criteria.ts';

let last = addressOf({});

/** The way back from a job leads to what was searched before it, as long as the page is open. */
export function lastSearch(): string {
  return last;
}

export function noteSearch(criteria: JobsSearch): void {
  last = addressOf(criteria);
}
