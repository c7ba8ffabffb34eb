import type { BadgeProps } from '@banyan/ui';
import type { ApplicationStatus } from '../../../../api/applications.ts';
import type { ApplicationState } from '../../../../api/tracking.ts';
import { TRANSITIONS } from '../../../../api/transitions.ts';

/** Of the monolith, in the order in which an application goes through them. */
const STATUSES = Object.keys(TRANSITIONS) as ApplicationStatus[];
export const STATES: readonly ApplicationState[] = [...STATUSES, 'ghosted'];

export function isState(text: string): text is ApplicationState {
  return (STATES as readonly string[]).includes(text);
}

/** From there it goes nowhere: who moves it there cannot take it back. */
export function isEnd(state: string): boolean {
  return isStatus(state) && TRANSITIONS[state].length === 0;
}

/** Where the monolith lets an application go from its status. */
export function nextOnMonolith(status: ApplicationStatus): ApplicationStatus[] {
  return TRANSITIONS[status].filter((state) => state !== 'ghosted');
}

/** Where an application may go from a state; from `ghosted`, back to what it was in before, too. */
export function nextOf(state: ApplicationState, before: string): ApplicationState[] {
  if (state !== 'ghosted') return [...TRANSITIONS[state]];
  if (!isStatus(before)) return [];
  return [before, ...nextOnMonolith(before)];
}

export function isStatus(text: string): text is ApplicationStatus {
  return Object.hasOwn(TRANSITIONS, text);
}

/** How a state looks wherever it is named. */
export const TONES: Record<ApplicationState, NonNullable<BadgeProps['tone']>> = {
  saved: 'neutral',
  applied: 'info',
  screening: 'info',
  interview: 'accent',
  offer: 'good',
  accepted: 'good',
  rejected: 'danger',
  withdrawn: 'neutral',
  ghosted: 'warning',
};
