import { APPLICATION_STATUSES, type ApplicationStatus } from '../../api/applications.ts';
import { APPLICATION_STATES, type ApplicationState } from '../../api/tracking.ts';

/**
 * Where an application may go from each status: the one table, of which the monolith's is the part without `ghosted`. That one is over
 * a status, which the monolith goes on showing; it may go wherever the status below it may, and back to it.
 */
const TRANSITIONS: Record<ApplicationStatus, readonly ApplicationState[]> = {
  saved: ['applied', 'withdrawn'],
  applied: ['screening', 'interview', 'offer', 'rejected', 'withdrawn', 'ghosted'],
  screening: ['interview', 'offer', 'rejected', 'withdrawn', 'ghosted'],
  interview: ['offer', 'rejected', 'withdrawn', 'ghosted'],
  offer: ['accepted', 'rejected', 'withdrawn', 'ghosted'],
  accepted: [],
  rejected: [],
  withdrawn: [],
};

/** `stage` is what the monolith has, null if that is no status that anybody knows. */
export type Standing = { stage: ApplicationStatus | null; ghosted: boolean };

export function isStatus(text: string): text is ApplicationStatus {
  return (APPLICATION_STATUSES as readonly string[]).includes(text);
}

/** What is known of a status that the legacy system has. */
export function stageOf(text: string): ApplicationStatus | null {
  return isStatus(text) ? text : null;
}

export function stateOf({ stage, ghosted }: Standing): ApplicationState | null {
  return ghosted ? 'ghosted' : stage;
}

/** Of the monolith's own words, by which its routes refuse. */
export function mayMove(from: ApplicationStatus, to: ApplicationState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Where it may go. What nobody knows its user may put right. */
export function nextOf({ stage, ghosted }: Standing): readonly ApplicationState[] {
  if (stage === null) return APPLICATION_STATES.filter((state) => state !== 'ghosted');
  if (!ghosted) return TRANSITIONS[stage];
  return [stage, ...TRANSITIONS[stage].filter((state) => state !== 'ghosted')];
}

/** A step as the timeline of the legacy system has it; the first one comes from nowhere. */
export type Step = { from: string | null; to: string };

/** Whether legacy data breaks the table: by a status, or a step, that there is none. It is kept, and marked by this. */
export function isIrregular(status: string, steps: readonly Step[]): boolean {
  const breaks = ({ from, to }: Step) =>
    from !== null && !(isStatus(from) && isStatus(to) && mayMove(from, to));
  return !isStatus(status) || steps.some(breaks);
}
