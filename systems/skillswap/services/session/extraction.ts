import { copy, extract, table } from '@banyan/banyan';
import { routeList as calendarRoutes } from '@banyan/calendars/routes';
import { routeList as connectionRoutes } from '@banyan/connections/routes';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

/**
 * session takes over when people can be booked, bookings, and what becomes of them. What sessions cost lies in wallets that the monolith writes with a
 * booking, so it leaves together with payment.
 *
 * A session is of two people, who may be on different sides. So one side writes all sessions, hours and ratings: the monolith below 100 %, the service
 * from then on, which is also what keeps a provider's time from being taken once on each side. Everybody reads on their own side, where what
 * either of them wrote is with the answer to it.
 */
const oneWriter = { by: 'writer' } as const;
const read = (path: string) => ({ route: `GET ${API}${path}`, key: 'token.sub' }) as const;
const write = (path: string, writes: string[]) =>
  ({ route: `${path.replace(' ', ` ${API}`)}`, key: 'none', writes }) as const;
const MOVED = ['sessions', 'session_history'];

/** What the monolith has not got: there from 100 % on. */
const onService = { key: 'none', onMonolith: false } as const;

/** Accounts elsewhere, and their calendars. */
const ELSEWHERE = `${API}/integrations`;
const elsewhere = [...connectionRoutes(ELSEWHERE), ...calendarRoutes(ELSEWHERE, { reads: false })].map(
  (route) => ({ route, ...(route.startsWith('GET ') ? {} : { writes: [] }), ...onService }),
);

export default extract({
  ...placeOf('session'),
  facts: import.meta.resolve('./facts.ts'),
  tables: [
    table({
      legacy: 'sessions',
      owner: oneWriter,
      columns: [
        copy(
          'id',
          'seeker_id',
          'provider_id',
          'skill_id',
          'starts_at',
          'ends_at',
          'state',
          'hourly_rate',
          'credits',
          'message',
          'room_url',
          'cancel_reason',
          'created_at',
          'updated_at',
          'version',
        ),
      ],
    }),
    table({
      legacy: 'session_history',
      owner: oneWriter,
      columns: [copy('id', 'session_id', 'from_state', 'to_state', 'actor_id', 'note', 'created_at')],
    }),
    table({
      legacy: 'ratings',
      owner: oneWriter,
      columns: [copy('id', 'session_id', 'rater_id', 'rated_id', 'stars', 'comment', 'created_at')],
    }),
    table({
      legacy: { table: 'disputes', key: ['session_id'] },
      // Few people contest anything.
      mayBeEmpty: true,
      owner: oneWriter,
      columns: [
        copy('session_id', 'opened_by', 'reason', 'opened_at', 'decides_at'),
        copy('outcome', 'note', 'decided_by', 'decided_at'),
      ],
    }),
    table({
      legacy: { table: 'settlements', key: ['session_id'] },
      mayBeEmpty: true,
      owner: oneWriter,
      columns: [copy('session_id', 'captured', 'due_at')],
    }),
    table({
      legacy: 'availability',
      owner: oneWriter,
      columns: [copy('id', 'user_id', 'weekday', 'from_time', 'to_time', 'zone')],
    }),
    // Read here, written by others.
    table({
      legacy: 'credit_holds',
      rows: 'foreign',
      owner: oneWriter,
      columns: [copy('id'), copy('session_id', 'amount', 'status', 'expires_at', { flow: 'forward' })],
    }),
    table({
      legacy: 'users_legacy',
      service: 'people',
      rows: 'foreign',
      owner: oneWriter,
      columns: [copy('id'), copy('time_zone', 'status', { flow: 'forward' })],
    }),
    table({
      legacy: { table: 'skill_profiles', key: ['user_id'] },
      rows: 'foreign',
      owner: oneWriter,
      // A rating counts with whoever is rated.
      columns: [
        copy('user_id'),
        copy('hourly_rate', { flow: 'forward' }),
        copy('rating_sum', 'rating_count'),
      ],
    }),
    table({
      legacy: 'skills',
      rows: 'foreign',
      owner: oneWriter,
      columns: [copy('id'), copy('name', { flow: 'forward' })],
    }),
    table({
      legacy: 'offered_skills',
      rows: 'foreign',
      owner: oneWriter,
      columns: [copy('id'), copy('user_id', 'skill_id', { flow: 'forward' })],
    }),
  ],
  routes: [
    read('/bookings/availability/:userId'),
    write('PUT /bookings/availability/:userId', ['availability']),
    read('/bookings/slots'),
    write('POST /bookings', MOVED),
    read('/sessions'),
    read('/sessions/:id'),
    ...['accept', 'decline', 'schedule', 'start', 'complete', 'cancel', 'no-show'].map((step) =>
      write(`POST /sessions/:id/${step}`, MOVED),
    ),
    read('/sessions/:id/history'),
    read('/sessions/:id/ratings'),
    write('POST /sessions/:id/ratings', ['ratings', 'skill_profiles']),
    write('POST /sessions/:id/dispute', ['disputes']),
    read('/sessions/:id/dispute'),
    write('POST /sessions/:id/dispute/decision', ['disputes']),
    { ...write('POST /sessions/:id/reschedule', MOVED), onMonolith: false },
    { route: `POST ${API}/sessions/:id/room`, writes: [], ...onService },
    { route: `GET ${API}/sessions/:id/recordings`, ...onService },
    { route: `GET ${API}/sessions/recordings/:id/file`, auth: 'none', ...onService },
    { route: `POST ${API}/sessions/rooms/messages`, auth: 'none', writes: [], ...onService },
    { route: `GET ${API}/sessions/:id/calendar`, key: 'token.sub', onMonolith: false },
    { route: `POST ${API}/sessions/calendar`, writes: [], ...onService },
    { route: `GET ${API}/sessions/calendar/:token`, auth: 'none', ...onService },
    ...elsewhere,
  ],
});
