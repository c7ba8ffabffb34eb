import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { WhenWritten } from './caldav-server.ts';

type Event = Record<string, unknown> & { id: string; status?: string };

/**
 * Google's Calendar API as its documentation has it, one calendar: pages of two events of which one in the middle may be empty, a token for the next
 * time on the last page only, 400 for a time beside a token, 410 for a token that is over, 409 for an id
 * that is taken, 400 for one of other signs than a to v and digits.
 */
export type GoogleCalendar = {
  url: string;
  /** What is asked, without what asks for pages. */
  asked: string[];
  events: Map<string, Event>;
  /** Waited for before each write, and when it is done and not answered yet. */
  onWrite(when: WhenWritten): Promise<void>;
  /** As somebody does it there. */
  put(event: Event): void;
  cancel(id: string): void;
  /** No token that was given is good any more. */
  forgetTokens(): void;
  /** Answers the next requests so; null: as it should. */
  failWith(status: number | null): void;
  close(): void;
};

const PAGE = 2;

export async function startGoogleCalendar(token: string): Promise<GoogleCalendar> {
  const events = new Map<string, Event>();
  /** Ids in the order in which they were changed; a token is how many it has seen. */
  const log: string[] = [];
  let oldest = 0;
  let failing: number | null = null;
  const asked: string[] = [];
  const put = (event: Event) => {
    events.set(event.id, { status: 'confirmed', ...event });
    log.push(event.id);
  };

  function list(query: URLSearchParams): [number, unknown?] {
    const since = query.get('syncToken');
    if (since !== null && query.has('timeMin')) return [400];
    if (since !== null && Number(since) < oldest) return [410];
    const ids = since === null ? [...events.keys()] : [...new Set(log.slice(Number(since)))];
    const all = ids
      .map((id) => events.get(id)!)
      .filter((one) => since !== null || one.status !== 'cancelled');
    const page = Number(query.get('pageToken') ?? 0);
    // Every second page is empty, and not the last one for that.
    const items = page % 2 === 1 ? [] : all.slice((page / 2) * PAGE, (page / 2 + 1) * PAGE);
    const isLast = page % 2 === 1 && ((page + 1) / 2) * PAGE >= all.length;
    return [
      200,
      isLast ? { items, nextSyncToken: String(log.length) } : { items, nextPageToken: String(page + 1) },
    ];
  }

  async function answer(request: IncomingMessage): Promise<[number, unknown?]> {
    const { pathname, searchParams } = new URL(request.url!, 'http://a');
    const [, id] = /^\/calendars\/primary\/events(?:\/(\w+))?$/.exec(pathname) ?? [];
    if (!searchParams.has('pageToken'))
      asked.push(`${request.method} ${searchParams.has('syncToken') ? 'changes' : (id ?? 'all')}`);
    if (failing !== null) return [failing];
    if (request.headers.authorization !== `Bearer ${token}`) return [401];
    if (request.method === 'GET' && id !== undefined) return events.has(id) ? [200, events.get(id)] : [404];
    if (request.method === 'GET') return list(searchParams);
    if (request.method === 'DELETE') {
      const known = events.get(id!);
      if (!known) return [404];
      if (known.status === 'cancelled') return [410];
      put({ ...known, status: 'cancelled' });
      return [204];
    }
    const event = (await json(request)) as Event;
    if (!/^[a-v0-9]{5,1024}$/.test(event.id)) return [400];
    if (request.method === 'POST' && events.has(event.id)) return [409];
    if (request.method === 'PATCH' && !events.has(id!)) return [404];
    put({ ...(request.method === 'PATCH' ? events.get(id!) : {}), ...event });
    return [200, event];
  }

  const server = createServer(async (request, response) => {
    const isWrite = request.method !== 'GET';
    if (isWrite) await double.onWrite('before');
    const [status, body] = await answer(request);
    if (isWrite) await double.onWrite('after');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const double: GoogleCalendar = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    events,
    onWrite: async () => {},
    put,
    cancel: (id) => put({ ...events.get(id)!, status: 'cancelled' }),
    forgetTokens: () => {
      oldest = log.length + 1;
      log.push(...log.slice(-1));
    },
    failWith: (status) => {
      failing = status;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return double;
}
