export { type CalDavAccount, calendarsOf, findAccount, type ListedCalendar } from './caldav/account.ts';
export { calDavCalendar } from './caldav/calendar.ts';
export type { Change, OwnEvent } from './events.ts';
export { googleCalendar } from './google.ts';
export { CalendarError, type RemoteCalendar, type Span } from './remote.ts';
