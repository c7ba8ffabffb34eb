import type { ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import { OAuthError } from '../connections/oauth.ts';
import type { Connections } from '../connections/part.ts';
import { workOn } from '../worker.ts';
import { CalendarError } from './google.ts';
import * as store from './store.ts';
import { syncCalendar } from './sync.ts';

const CalendarConfig = Type.Object({
  /** Where Google's Calendar API is. */
  GOOGLE_CALENDAR_URL: Type.String({ default: 'https://www.googleapis.com/calendar/v3' }),
  /** How often a calendar is looked at in which nothing of ours has changed. */
  CALENDAR_EVERY_SECONDS: Type.Integer({ minimum: 1, default: 300 }),
  /** How long until a process looks again whether one is due. */
  CALENDAR_LOOK_MS: Type.Integer({ minimum: 10, default: 5_000 }),
});

const MOST_AT_ONCE = 2;
/** Longer than a look takes; a killed process holds its calendars until then. */
const LEASE_SECONDS = 600;

/** Looks at each calendar when it is due, one look at a time. */
export const calendar: ServicePart<undefined, typeof CalendarConfig> = {
  config: CalendarConfig,
  async start({ config, pool, log, provided }) {
    const connections = provided.connections as Connections;
    const stopping = new AbortController();
    const { signal } = stopping;
    let work = Promise.resolve();

    async function look(due: store.Due): Promise<void> {
      let error: string | null = null;
      try {
        const token = await connections.accessToken(due.userId, due.connectionId);
        if (token === undefined) return;
        const { calendarId } = due;
        const at = { baseUrl: config.GOOGLE_CALENDAR_URL, calendarId, signal };
        if (token === null) error = 'CONNECTION_LOST';
        else await syncCalendar(pool, due, { ...at, token }, new Date());
      } catch (reason) {
        if (reason instanceof CalendarError || reason instanceof OAuthError) error = reason.code;
        else {
          error = 'INTERNAL';
          log.error({ err: reason, calendar: due.id }, 'a calendar could not be looked at');
        }
      }
      await store.finish(pool, due, error);
    }

    return {
      provided: undefined,
      open: async () => {
        work = workOn({
          signal,
          most: MOST_AT_ONCE,
          lookMs: config.CALENDAR_LOOK_MS,
          log,
          claim: (most) =>
            store.claimCalendars(pool, most, {
              leaseSeconds: LEASE_SECONDS,
              everySeconds: config.CALENDAR_EVERY_SECONDS,
            }),
          work: look,
        });
      },
      close: async () => {
        stopping.abort();
        await work;
      },
    };
  },
};
