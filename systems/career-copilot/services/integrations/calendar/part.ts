import {
  type CalDavAccount,
  CalendarError,
  calDavCalendar,
  calendarsOf,
  findAccount,
  googleCalendar,
  type ListedCalendar,
  type RemoteCalendar,
} from '@banyan/calendars';
import { isPublic, type Leased, leasedQueue, outboundAgent, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { NewCalDav } from '../../../api/calendar.ts';
import type { Connection } from '../../../api/connections.ts';
import { OAuthError } from '../connections/oauth.ts';
import type { Connections } from '../connections/part.ts';
import { CALDAV } from '../connections/providers.ts';
import { findConnection } from '../connections/store.ts';
import { urlProblem } from '../webhooks/decide.ts';
import type { Webhooks } from '../webhooks/part.ts';
import { entitleInterviews, type Offers } from './entitle.ts';
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

/** As Google names the one that everybody has. */
const DEFAULT_CALENDAR = 'primary';
const LONGEST_ACCOUNT = 200;
const MOST_AT_ONCE = 2;

export type Calendars = {
  /** Connects an account at a calendar server. Throws `CalendarError`. */
  connect(userId: number, server: NewCalDav): Promise<Connection>;
  /**
   * Those of a connected account. `null`: the connection is lost. Undefined: the user has none of that id. Throws `CalendarError`, and
   * `OAuthError` while the provider cannot be asked.
   */
  list(userId: number, connectionId: number): Promise<ListedCalendar[] | null | undefined>;
};

/** Looks at each calendar when it is due, one look at a time. */
export const calendar: ServicePart<Calendars, typeof CalendarConfig> = {
  config: CalendarConfig,
  async start(host) {
    const { config, pool, log, provided } = host;
    const connections = provided.connections as Connections;
    const stopping = new AbortController();
    const { signal } = stopping;
    const offers = provided.offers as Offers;
    const { mayConnect } = provided.webhooks as Webhooks;
    const dispatcher = outboundAgent(mayConnect);
    const isInside = (address: string) => !isPublic(address) && mayConnect(address);
    const servers = { dispatcher, signal, problemOf: (url: string) => urlProblem(url, isInside) };

    async function look(due: Leased<store.Due>): Promise<void> {
      await store.noteNextLook(pool, due, config.CALENDAR_EVERY_SECONDS);
      let error: string | null = null;
      try {
        const token = await connections.accessToken(due.userId, due.connectionId);
        if (token === undefined) return;
        if (token === null) error = 'CONNECTION_LOST';
        else {
          await entitleInterviews(pool, due.userId, offers);
          await syncCalendar(pool, due, remoteOf(due, token), new Date());
        }
      } catch (reason) {
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
      await store.finish(pool, due, error);
    }

    function remoteOf({ provider, calendarId }: store.Due, token: string): RemoteCalendar {
      return provider === CALDAV
        ? calDavCalendar(servers, JSON.parse(token) as CalDavAccount, calendarId)
        : googleCalendar({ baseUrl: config.GOOGLE_CALENDAR_URL, calendarId, token, signal });
    }

    const queue = leasedQueue(host, 'look at calendars', {
      most: MOST_AT_ONCE,
      everyMs: config.CALENDAR_LOOK_MS,
      lease: (most, inHand) => store.calendars.lease(pool, most, inHand),
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
};
