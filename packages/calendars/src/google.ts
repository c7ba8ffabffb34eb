/** A calendar of Google, by its Calendar API (v3). */
import { request } from 'undici';
import { busyTime, type Change, eventIdOf, isKept, isOurs, type Ours, type OwnEvent } from './events.ts';
import { limitedBytes } from './limited.ts';
import { CalendarError, type CalendarErrorCode, type RemoteCalendar } from './remote.ts';

export type GoogleAt = { baseUrl: string; calendarId: string; token: string; signal: AbortSignal };

/** As much of an event as is looked at. */
export type GoogleEvent = {
  id: string;
  status?: string;
  summary?: string;
  transparency?: string;
  start?: { dateTime?: string; date?: string };
  end?: { dateTime?: string; date?: string };
};

/** `syncToken` is on the last page only, whatever the others hold. */
type ListPage = { items?: GoogleEvent[]; nextPageToken?: string; nextSyncToken?: string };

const TIMEOUT_MS = 15_000;
const MOST_PAGES = 200;
const PAGE = 250;
const MOST_BYTES = 8 * 1024 * 1024;

export function googleCalendar(ours: Ours, at: GoogleAt): RemoteCalendar {
  return {
    async put(one, known) {
      const event = googleEventOf(ours, one);
      if (!known)
        try {
          await ask(at, 'POST', '/events', event);
          return true;
        } catch (error) {
          // It was made before, and nobody noted it.
          if (!(error instanceof Conflict)) throw error;
        }
      const path = `/events/${event.id}`;
      const there = (await ask(at, 'GET', path).catch(unlessGone)) as GoogleEvent | undefined;
      if (!there || there.status === 'cancelled') return false;
      await ask(at, 'PATCH', path, event);
      return true;
    },

    async remove(key) {
      await ask(at, 'DELETE', `/events/${eventIdOf(ours, key)}`).catch(unlessGone);
    },

    async changes(syncToken, { from }) {
      const changes: Change[] = [];
      let pageToken: string | undefined;
      // A page that is short, or empty, is not the last one.
      for (let pages = 0; pages < MOST_PAGES; pages++) {
        const query = new URLSearchParams({ singleEvents: 'true', maxResults: String(PAGE) });
        // A token stands for the question that it came with: a time beside it is refused.
        if (syncToken !== null) query.set('syncToken', syncToken);
        else query.set('timeMin', from.toISOString());
        if (pageToken !== undefined) query.set('pageToken', pageToken);
        const page = (await ask(at, 'GET', `/events?${query}`)) as ListPage;
        changes.push(...(page.items ?? []).flatMap((item) => changeOf(ours, item) ?? []));
        if (page.nextSyncToken !== undefined) return { changes, syncToken: page.nextSyncToken };
        if (page.nextPageToken === undefined)
          throw new CalendarError('REFUSED', 'the last page came without a token for the next time');
        pageToken = page.nextPageToken;
      }
      throw new CalendarError('REFUSED', `the calendar has more than ${MOST_PAGES} pages`);
    },
  };
}

/** Undefined: one of ours, or nothing that can be kept. */
export function changeOf(
  ours: Ours,
  { id, status, summary = '', transparency, start, end }: GoogleEvent,
): Change | undefined {
  if (isOurs(ours, id) || !isKept(id)) return undefined;
  const isFree = status === 'cancelled' || transparency === 'transparent';
  const time = isFree ? undefined : busyTime(summary, instantOf(start), instantOf(end));
  return { externalId: id, busy: time ? [time] : [] };
}

/** Of a whole day, which has no zone: as if it were in UTC. */
function instantOf(when: GoogleEvent['start']): Date | undefined {
  const date = new Date(when?.dateTime ?? when?.date ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export function googleEventOf(
  ours: Ours,
  { key, title, location, startsAt, endsAt, status }: OwnEvent,
): GoogleEvent & { location: string } {
  return {
    id: eventIdOf(ours, key),
    summary: title,
    location,
    start: { dateTime: startsAt.toISOString() },
    end: { dateTime: endsAt.toISOString() },
    ...(status && { status: status.toLowerCase() }),
  };
}

class Conflict extends Error {}

function unlessGone(error: unknown): undefined {
  const isGone = error instanceof CalendarError && ['NOT_FOUND', 'SYNC_TOKEN_GONE'].includes(error.code);
  if (!isGone) throw error;
}

const CODES: Record<number, CalendarErrorCode> = {
  401: 'UNAUTHORIZED',
  403: 'BUSY',
  404: 'NOT_FOUND',
  410: 'SYNC_TOKEN_GONE',
  429: 'BUSY',
};

async function ask(
  at: GoogleAt,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  const url = `${at.baseUrl}/calendars/${encodeURIComponent(at.calendarId)}${path}`;
  let status: number;
  let text: string;
  try {
    const answer = await request(url, {
      method,
      headers: {
        authorization: `Bearer ${at.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any([at.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    status = answer.statusCode;
    text = (await limitedBytes(answer.body, MOST_BYTES)).toString();
  } catch (cause) {
    throw new CalendarError('UNREACHABLE', 'the calendar does not answer', cause);
  }
  if (status === 409) throw new Conflict();
  if (status < 200 || status >= 300)
    throw new CalendarError(
      CODES[status] ?? (status >= 500 ? 'UNREACHABLE' : 'REFUSED'),
      `the calendar answered ${status}`,
    );
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new CalendarError('UNREACHABLE', 'the calendar did not answer in JSON', cause);
  }
}
