import type { ApplicationStatus } from './applications.ts';
import type { ApplicationState } from './tracking.ts';

/**
 * Where an application may go from each status. The monolith has no `ghosted` among its statuses: that is over a status, which it goes
 * on showing; it may go wherever the status below it may, and back to it. Free of schemas, so that
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

/** By which routes refuse. */
export function mayMove(from: ApplicationStatus, to: ApplicationState): boolean {
  return TRANSITIONS[from].includes(to);
}
