import { CALDAV, type Connections, findConnection, OAuthError, type UserId } from '@banyan/connections';
import type { Connection } from '@banyan/connections/api';
import { applySchemaFile, type Db } from '@banyan/postgres';
import {
  type Leased,
  leasedQueue,
  type MayConnect,
  outboundAgent,
  type ServicePart,
  urlProblem,
} from '@banyan/service';
import { Type } from 'typebox';
import type { NewCalDav } from './api.ts';
import { type CalDavAccount, calendarsOf, findAccount, type ListedCalendar } from './caldav/account.ts';
import { calDavCalendar } from './caldav/calendar.ts';
import { googleCalendar } from './google.ts';
import { lookAt } from './look.ts';
import { CalendarError, type RemoteCalendar } from './remote.ts';
import * as store from './store.ts';
import type { CalendarSystem } from './system.ts';

const CalendarConfig = Type.Object({
  /** Where Google's Calendar API is. */
  GOOGLE_CALENDAR_URL: Type.String({ default: 'https://www.googleapis.com/calendar/v3' }),
  /** How often a calendar is looked at in which nothing of ours has changed. */
  CALENDAR_EVERY_SECONDS: Type.Integer({ minimum: 1, default: 300 }),
  /** How long until a process looks again whether one is due. */
  CALENDAR_LOOK_MS: Type.Integer({ minimum: 10, default: 5_000 }),
});

/** As Google names the one that everybody has. */
const DEFAULT_CALENDAR = 'primary';
const LONGEST_ACCOUNT = 200;
const MOST_AT_ONCE = 2;

export type Calendars = {
  /** Connects an account at a calendar server. Throws `CalendarError`. */
  connect(userId: UserId, server: NewCalDav): Promise<Connection>;
  /**
   * Those of a connected account. `null`: the connection is lost. Undefined: the user has none of that id. Throws `CalendarError`, and
   * `OAuthError` while the provider cannot be asked.
   */
  list(userId: UserId, connectionId: number): Promise<ListedCalendar[] | null | undefined>;
};

/**
 * Looks at each calendar when it is due, one look at a time. The service has before it `connections`, and `networks`: where calendar servers may be
 * (`networksIn`).
 */
export const calendars = (system: CalendarSystem): ServicePart<Calendars, typeof CalendarConfig> => ({
  config: CalendarConfig,
  async start(host) {
    const { config, pool, log, provided } = host;
    const connections = provided.connections as Connections;
    const mayConnect = provided.networks as MayConnect;
    const stopping = new AbortController();
    const { signal } = stopping;
    const dispatcher = outboundAgent(mayConnect);
    const servers = { dispatcher, signal, problemOf: (url: string) => urlProblem(url, mayConnect) };
    await applyCalendarSchema(pool, system);

    async function look(due: Leased<store.Due>): Promise<void> {
      await store.noteNextLook(pool, due, config.CALENDAR_EVERY_SECONDS);
      let error: string | null = null;
      let isMore = false;
      try {
        const token = await connections.accessToken(due.userId, due.connectionId);
        if (token === undefined) return;
        if (token === null) error = 'CONNECTION_LOST';
        else {
          await system.before?.(host, due.userId);
          isMore = !(await lookAt(pool, system, due, remoteOf(due, token)));
        }
      } catch (reason) {
        // Whoever stops has not failed: another process looks at once.
        if (signal.aborted) return void (await store.calendars.release(pool, due, 0));
        if (reason instanceof CalendarError || reason instanceof OAuthError) {
          error = reason.code;
          // Nobody refreshes a password: it was changed, or taken back.
          if (due.provider === CALDAV && error === 'UNAUTHORIZED')
            await connections.lose(due.userId, due.connectionId);
        } else {
          error = 'INTERNAL';
          log.error({ err: reason, calendar: due.id }, 'a calendar could not be looked at');
        }
      }
      await store.finish(pool, due, { error, isMore });
    }

    function remoteOf({ provider, calendarId }: store.Due, token: string): RemoteCalendar {
      return provider === CALDAV
        ? calDavCalendar(system.ours, servers, JSON.parse(token) as CalDavAccount, calendarId)
        : googleCalendar(system.ours, { baseUrl: config.GOOGLE_CALENDAR_URL, calendarId, token, signal });
    }

    const queue = leasedQueue(host, 'look at calendars', {
      most: MOST_AT_ONCE,
      everyMs: config.CALENDAR_LOOK_MS,
      lease: async (most, inHand) =>
        !system.mayLook || (await system.mayLook(pool))
          ? await store.calendars.lease(pool, most, inHand)
          : [],
      handle: look,
    });
    return {
      provided: {
        async connect(userId, { url, ...login }) {
          const account = await findAccount(servers, url, login);
          // Only if they can be listed is it of use.
          await calendarsOf(servers, account);
          const name = `${login.username} at ${new URL(account.homeUrl).host}`.slice(0, LONGEST_ACCOUNT);
          const tokens = { access: JSON.stringify(account), refresh: null, expiresAt: null, scopes: [] };
          return await connections.keep(userId, { provider: CALDAV, account: name, tokens });
        },
        async list(userId, connectionId) {
          const connection = await findConnection(pool, userId, connectionId);
          const token = connection && (await connections.accessToken(userId, connectionId));
          if (!connection || !token) return token as null | undefined;
          if (connection.provider !== CALDAV) return [{ url: DEFAULT_CALENDAR, name: DEFAULT_CALENDAR }];
          return await calendarsOf(servers, JSON.parse(token) as CalDavAccount);
        },
      },
      open: queue.open,
      close: async () => {
        stopping.abort();
        await queue.close();
        await dispatcher.destroy();
      },
    };
  },
});

/** The tables of this package, in the database of the service. */
async function applyCalendarSchema(pool: Db, { idType }: CalendarSystem): Promise<void> {
  await applySchemaFile(pool, {
    name: 'banyan_calendars',
    file: new URL('schema.sql', import.meta.url),
    words: { USER_ID: idType },
  });
}
