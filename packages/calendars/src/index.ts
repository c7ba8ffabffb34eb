export type { Ours } from './events.ts';
export { type Calendars, calendars } from './part.ts';
export { calendarTables } from './personal-data.ts';
export { calendarRoutes, inTime } from './routes.ts';
export { busyBetween, lookSoon } from './store.ts';
export type { CalendarSystem } from './system.ts';
