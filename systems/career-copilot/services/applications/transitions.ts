import { APPLICATION_STATUSES, type ApplicationStatus } from '../../api/applications.ts';
import { APPLICATION_STATES, type ApplicationState } from '../../api/tracking.ts';
import { mayMove, TRANSITIONS } from '../../api/transitions.ts';

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
