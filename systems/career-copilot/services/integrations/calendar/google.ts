/** Google's Calendar API (v3), as much as is needed. */
import { request } from 'undici';
import type { GoogleEvent } from './events.ts';

export type CalendarErrorCode =
  | 'SYNC_TOKEN_GONE'
  | 'UNAUTHORIZED'
  | 'NOT_FOUND'
  | 'BUSY'
  | 'REFUSED'
  | 'UNREACHABLE';

export class CalendarError extends Error {
  override name = 'CalendarError';
  readonly code: CalendarErrorCode;

  constructor(code: CalendarErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export type CalendarAt = { baseUrl: string; calendarId: string; token: string; signal: AbortSignal };

/** `syncToken` is on the last page only, whatever the others hold. */
type ListPage = { items?: GoogleEvent[]; nextPageToken?: string; nextSyncToken?: string };

const TIMEOUT_MS = 15_000;
const MOST_PAGES = 200;
const PAGE = 250;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * What has changed since `syncToken`, or all from `from` on (null), and the token of the next time. A page that is short, or empty, is not
 * the last one. Throws `CalendarError`, `SYNC_TOKEN_GONE` among others: ask for all then.
 */
export async function listEvents(
  at: CalendarAt,
  syncToken: string | null,
  from: Date,
): Promise<{ items: GoogleEvent[]; syncToken: string }> {
  const items: GoogleEvent[] = [];
  let pageToken: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const query = new URLSearchParams({ singleEvents: 'true', maxResults: String(PAGE) });
    // A token stands for the question that it came with: a time beside it is refused.
    if (syncToken !== null) query.set('syncToken', syncToken);
    else query.set('timeMin', from.toISOString());
    if (pageToken !== undefined) query.set('pageToken', pageToken);
    const page = (await ask(at, 'GET', `/events?${query}`)) as ListPage;
    items.push(...(page.items ?? []));
    if (page.nextSyncToken !== undefined) return { items, syncToken: page.nextSyncToken };
    if (page.nextPageToken === undefined)
      throw new CalendarError('REFUSED', 'the last page came without a token for the next time');
    pageToken = page.nextPageToken;
  }
  throw new CalendarError('REFUSED', `the calendar has more than ${MOST_PAGES} pages`);
}

/** Makes an event under the id that it names, or puts it in the place of the one that has it. Again is no error. */
export async function putEvent(
  at: CalendarAt,
  event: Record<string, unknown> & { id?: unknown },
): Promise<void> {
  try {
    await ask(at, 'POST', '/events', event);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    await ask(at, 'PUT', `/events/${event.id}`, event);
  }
}

/** One that is not there is no error. */
export async function deleteEvent(at: CalendarAt, id: string): Promise<void> {
  try {
    await ask(at, 'DELETE', `/events/${id}`);
  } catch (error) {
    const gone = error instanceof CalendarError && ['NOT_FOUND', 'SYNC_TOKEN_GONE'].includes(error.code);
    if (!gone) throw error;
  }
}

class Conflict extends Error {}

const CODES: Record<number, CalendarErrorCode> = {
  401: 'UNAUTHORIZED',
  403: 'BUSY',
  404: 'NOT_FOUND',
  410: 'SYNC_TOKEN_GONE',
  429: 'BUSY',
};

async function ask(
  at: CalendarAt,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
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
    text = await limited(answer.body);
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

async function limited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`the answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
