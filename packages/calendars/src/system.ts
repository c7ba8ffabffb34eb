import type { ConnectionSystem, UserId } from '@banyan/connections';
import type { Db } from '@banyan/postgres';
import type { Ours } from './events.ts';

/** What a system says of itself whose people have something of it in their calendars. */
export type CalendarSystem = ConnectionSystem & {
  ours: Ours;
  /**
   * SQL: a query of what is to be in the calendars of the person `$2`: `key` (uuid), `version` (an integer that each change makes greater), `is_gone`,
   * `title`, `location`, `starts_at`, `ends_at`, `status` (`TENTATIVE`, `CONFIRMED`; NULL: the calendar's), and `is_added`: whether it goes into one that has
   * not got it yet.
   */
  events: string;
  /** Whether what else is in calendars is read. */
  reads: boolean;
  /** What comes before each look at a calendar of somebody, by what the parts before provide. */
  before?(host: { pool: Db; provided: Readonly<Record<string, unknown>> }, userId: UserId): Promise<unknown>;
  /** Whether anything is looked at now. Default: always. */
  mayLook?(pool: Db): Promise<boolean>;
};
