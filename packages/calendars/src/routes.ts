import { OAuthError, type RoutesOfUsers, type UserId } from '@banyan/connections';
import { Connection, Id } from '@banyan/connections/api';
import { type Db, errorCode } from '@banyan/postgres';
import { defineErrors, type ServiceApp, spellRoutes } from '@banyan/service';
import { Type } from 'typebox';
import { AccountCalendars, BusyTimes, Calendar, Calendars, NewCalDav, NewCalendar, Span } from './api.ts';
import type { Calendars as Accounts } from './part.ts';
import { CalendarError } from './remote.ts';
import * as store from './store.ts';
import type { CalendarSystem } from './system.ts';

const errors = defineErrors({
  CONNECTION_NOT_FOUND: [404, 'There is no such connection.'],
  CALENDAR_NOT_FOUND: [404, 'There is no such calendar.'],
  CONNECTION_LOST: [409, 'The account does not take what we have any more. Connect again.'],
  SERVER_REFUSED: [
    422,
    'The server does not take this name and password, or is none of CalDAV, or none that may be asked.',
  ],
  SERVER_UNREACHABLE: [502, 'The server does not answer as it should. Try again.'],
  BAD_TIMES: [422, 'It has to end after it starts, in a year that a calendar has.'],
});

/** SQLSTATEs of times that are none, or would end before they start. */
const BAD_TIMES = new Set(['23514', '22007', '22008']);

type Context = {
  pool: Db;
  accounts: Accounts;
  access: RoutesOfUsers;
  system: Pick<CalendarSystem, 'spelling' | 'reads'>;
};

/** Calendars of connected accounts, and what else is in them, where the system reads that. */
export async function calendarRoutes(app: ServiceApp, context: Context): Promise<void> {
  await app.register(async (spelled: ServiceApp) => {
    spellRoutes(spelled, context.system);
    routes(spelled, context);
  });
}

function routes(app: ServiceApp, { pool, accounts, access, system }: Context): void {
  const { callerOf, signedIn: ofUser } = access;
  const calendarsOf = async (userId: UserId, connection: number) => {
    const there = await asProblem(() => accounts.list(userId, connection));
    if (there === undefined) throw errors('CONNECTION_NOT_FOUND');
    if (there === null) throw errors('CONNECTION_LOST');
    return there;
  };

  app.post(
    '/connections/caldav',
    { ...ofUser(422, 502), schema: { body: NewCalDav, response: { 201: Connection } } },
    async (request, reply) =>
      await reply.code(201).send(await asProblem(() => accounts.connect(callerOf(request), request.body))),
  );

  app.get(
    '/connections/:id/calendars',
    { ...ofUser(404, 409, 422, 502), schema: { params: Id, response: { 200: AccountCalendars } } },
    async (request) => {
      const there = await calendarsOf(callerOf(request), request.params.id);
      return { calendars: there.map(({ url, name }) => ({ calendar_id: url, name })) };
    },
  );

  app.post(
    '/calendars',
    { ...ofUser(404, 409, 422, 502), schema: { body: NewCalendar, response: { 201: Calendar } } },
    async (request, reply) => {
      const { connection_id: connection, calendar_id: asked } = request.body;
      const userId = callerOf(request);
      const there = await calendarsOf(userId, connection);
      const known = there.find(({ url }) => asked === undefined || url === asked)?.url;
      // Google's are not listed: what is named is looked for when it is looked at.
      const id = known ?? (there[0]?.url === 'primary' ? asked : undefined);
      if (id === undefined) throw errors('CALENDAR_NOT_FOUND');
      const calendar = await store.linkCalendar(pool, userId, connection, id);
      if (!calendar) throw errors('CONNECTION_NOT_FOUND');
      return await reply.code(201).send(calendar);
    },
  );

  app.get('/calendars', { ...ofUser(), schema: { response: { 200: Calendars } } }, async (request) => ({
    calendars: await store.listCalendars(pool, callerOf(request)),
  }));

  app.delete(
    '/calendars/:id',
    { ...ofUser(404), schema: { params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (!(await store.unlinkCalendar(pool, callerOf(request), request.params.id)))
        throw errors('CALENDAR_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );

  if (!system.reads) return;
  app.get(
    '/calendars/busy',
    { ...ofUser(422), schema: { querystring: Span, response: { 200: BusyTimes } } },
    async (request) => {
      const { from, to } = request.query;
      return { busy: await inTime(() => store.busyBetween(pool, callerOf(request), from, to)) };
    },
  );
}

/** Throws `BAD_TIMES` for times that are none, or end before they start. */
export async function inTime<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (BAD_TIMES.has(errorCode(cause) ?? '')) throw errors('BAD_TIMES', { cause });
    throw cause;
  }
}

/** What the server says, or does not. */
async function asProblem<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof CalendarError) && !(cause instanceof OAuthError)) throw cause;
    const isAway = cause.code === 'UNREACHABLE' || cause.code === 'BUSY';
    throw errors(isAway ? 'SERVER_UNREACHABLE' : 'SERVER_REFUSED', { cause });
  }
}
