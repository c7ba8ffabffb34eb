import type { PersonalTable } from '@banyan/service';

const OF_CALENDARS = 'calendar_id IN (SELECT id FROM calendars WHERE user_id = $1)';

/** What is kept of calendars elsewhere about people. All of it goes with the connections of `@banyan/connections`, which are erased after it. */
export const calendarTables: readonly PersonalTable[] = [
  { table: 'calendar_busy', of: OF_CALENDARS, archived: 'title, starts_at, ends_at', erased: 'delete' },
  { table: 'calendar_events', of: OF_CALENDARS, archived: null, erased: 'delete' },
  { table: 'calendars', of: 'user_id = $1', archived: 'calendar_id, synced_at', erased: 'delete' },
];
