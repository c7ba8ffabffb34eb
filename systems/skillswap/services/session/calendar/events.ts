/** Sessions as events of a calendar: pure. */
import type { CalendarEvent } from '@banyan/service/calendar';
import type { SessionRow } from '../sessions/store.ts';

const STATUS = {
  REQUESTED: 'TENTATIVE',
  DECLINED: 'CANCELLED',
  CANCELLED: 'CANCELLED',
} as const;

/** The same event however often it changes: programs take the one with the greatest version. */
export function eventOf(session: SessionRow): CalendarEvent {
  const { id, skillName, roomUrl, startsAt, endsAt, state, version } = session;
  return {
    uid: `session-${id}@skillswap`,
    title: skillName,
    location: roomUrl ?? '',
    startsAt,
    endsAt,
    sequence: version,
    status: STATUS[state as keyof typeof STATUS] ?? 'CONFIRMED',
  };
}
