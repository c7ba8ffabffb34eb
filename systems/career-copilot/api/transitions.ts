import type { ApplicationStatus } from './applications.ts';
import type { ApplicationState } from './tracking.ts';

/**
 * Where an application may go from each status: the one table, of which the monolith's is the part without `ghosted`. That one is over
 * a status, which the monolith goes on showing; it may go wherever the status below it may, and back to it. Free of schemas, so that
 * browsers load nothing else with it.
 */
export const TRANSITIONS: Record<ApplicationStatus, readonly ApplicationState[]> = {
  saved: ['applied', 'withdrawn'],
  applied: ['screening', 'interview', 'offer', 'rejected', 'withdrawn', 'ghosted'],
  screening: ['interview', 'offer', 'rejected', 'withdrawn', 'ghosted'],
  interview: ['offer', 'rejected', 'withdrawn', 'ghosted'],
  offer: ['accepted', 'rejected', 'withdrawn', 'ghosted'],
  accepted: [],
  rejected: [],
  withdrawn: [],
};

/** Of the monolith's own words, by which its routes refuse. */
export function mayMove(from: ApplicationStatus, to: ApplicationState): boolean {
  return TRANSITIONS[from].includes(to);
}
