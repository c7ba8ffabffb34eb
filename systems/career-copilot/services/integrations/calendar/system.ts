import type { CalendarSystem } from '@banyan/calendars';
import { entitleInterviews, type Offers } from './entitle.ts';

/** What is Career Copilot's of calendars elsewhere: interviews go into them, and what else is in them is read. */
export const ofInterviews: CalendarSystem = {
  idType: 'integer',
  ours: { prefix: 'ccinterv', product: '-//Banyan//Career Copilot//EN' },
  events: `SELECT event_key AS key, version, cancelled AS is_gone, true AS is_added, title, location, starts_at, ends_at, NULL AS status
    FROM interviews WHERE user_id = $2`,
  reads: true,
  before: ({ pool, provided }, userId) =>
    entitleInterviews(pool, userId as number, provided.offers as Offers),
};
