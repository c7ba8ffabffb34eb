import type { BadgeProps } from '@banyan/ui';
import type { ApplicationStatus } from '../../../../api/applications.ts';
import type { ApplicationState } from '../../../../api/tracking.ts';
import { TRANSITIONS } from '../../../../api/transitions.ts';

/** In the order in which an application goes through them. */
export const STATUSES = Object.keys(TRANSITIONS) as ApplicationStatus[];

/** From there it goes nowhere: who moves it there cannot take it back. */
export function isEnd(status: string): boolean {
  return isStatus(status) && TRANSITIONS[status].length === 0;
}

export function isStatus(status: string): status is ApplicationStatus {
  return Object.hasOwn(TRANSITIONS, status);
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
