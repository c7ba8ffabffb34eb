/** A calendar at a server of CalDAV (RFC 4791), read by its sync tokens (RFC 6578), written under ETags; by tsdav. */
import {
  createCalendarObject,
  type DAVObject,
  type DAVResponse,
  deleteCalendarObject,
  fetchCalendarObjects,
  syncCollection,
  updateCalendarObject,
} from 'tsdav';
import { type Change, eventIdOf, isKept, type Ours } from '../events.ts';
import { CalendarError, type RemoteCalendar, type Span } from '../remote.ts';
import { asCalendarError, type CalDavAccount, headersOf } from './account.ts';
import { busyTimesIn, hasRule, icsOf, icsWith } from './ics.ts';
import { type DavHost, davFetch } from './requests.ts';

const MOST_ROUNDS = 100;
/** Asked for in one request. */
const OBJECTS = 100;
/** How often an event is written that somebody else writes at the same time. */
const MOST_WRITES = 3;

export function calDavCalendar(
  ours: Ours,
  host: DavHost,
  account: CalDavAccount,
  url: string,
): RemoteCalendar {
  const fetch = davFetch(host);
  const at = { headers: headersOf(account), fetch };
  const calendar = { url };
  const nameOf = (key: string) => `${eventIdOf(ours, key)}.ics`;
  const addressOf = (key: string) => new URL(nameOf(key), url.endsWith('/') ? url : `${url}/`).href;

  return {
    async put(one, known) {
      const now = new Date();
      if (!known) {
        const made = await createCalendarObject({
          ...at,
          calendar,
          iCalString: icsOf(ours, one, now),
          filename: nameOf(one.key),
        });
        if (made.ok) return true;
        // It was made before, and nobody noted it.
        if (made.status !== 412) throw refusal(made.status);
      }
      for (let writes = 0; writes < MOST_WRITES; writes++) {
        const there = await fetch(addressOf(one.key), { headers: at.headers });
        if (isGone(there.status)) return false;
        if (!there.ok) throw refusal(there.status);
        const data = icsWith(ours, await there.text(), one, now);
        const etag = there.headers.get('etag') ?? '*';
        const written = await updateCalendarObject({
          ...at,
          calendarObject: { url: addressOf(one.key), data, etag },
        });
        if (written.ok) return true;
        if (written.status !== 412 && !isGone(written.status)) throw refusal(written.status);
      }
      throw new CalendarError('BUSY', 'somebody else writes the same event again and again');
    },

    async remove(key) {
      const { ok, status } = await deleteCalendarObject({ ...at, calendarObject: { url: addressOf(key) } });
      if (!ok && !isGone(status)) throw refusal(status);
    },

    async changes(syncToken, span) {
      const { changed, gone, token } = await membersSince(syncToken);
      const objects = syncToken === null ? await inSpan(span) : await named(changed, span);
      // What blocks nothing in the span is not among them.
      const seen = new Set(objects.map(({ externalId }) => externalId));
      const none = [...gone, ...changed].filter((id) => !seen.has(id));
      const changes = [...objects, ...none.map((externalId) => ({ externalId, busy: [] }))];
      return { changes: changes.filter(({ externalId }) => isKept(externalId)), syncToken: token };
    },
  };

  /** Paths of what has changed, until the server says that this was all. */
  async function membersSince(syncToken: string | null) {
    const changed = new Set<string>();
    const gone = new Set<string>();
    let token = syncToken ?? '';
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
      const props = { 'd:getetag': {} };
      const answers = await syncCollection({ ...at, url, props, syncLevel: 1, syncToken: token });
      const next = tokenIn(answers);
      // A token that the server does not know any more it refuses, each in its own way (RFC 6578: 403 or 409).
      if (next === undefined)
        throw syncToken === null
          ? refusal(answers[0]?.status ?? 0)
          : new CalendarError('SYNC_TOKEN_GONE', `the server answered ${answers[0]?.status}`);
      let isAll = true;
      for (const { href, status } of answers) {
        const path = href === undefined ? undefined : pathOf(href);
        if (path === undefined) continue;
        if (path === pathOf(url)) isAll &&= status !== 507;
        else if (status === 404) {
          gone.add(path);
          changed.delete(path);
        } else {
          changed.add(path);
          gone.delete(path);
        }
      }
      token = next;
      if (isAll) return { changed: [...changed], gone: [...gone], token };
    }
    throw new CalendarError('REFUSED', 'the server says again and again that there is more');
  }

  /** What has times in a span, with each time of what comes again and again written out by the server (RFC 4791, 9.6.5). */
  async function inSpan({ from, to }: Span): Promise<Change[]> {
    const timeRange = { start: from.toISOString(), end: to.toISOString() };
    return (await objectsBy({ timeRange, expand: true, useMultiGet: false })).map(changeOf);
  }

  /** By their paths, as they are; servers that write out times do so of those alone that a span is asked for. */
  async function named(paths: readonly string[], span: Span): Promise<Change[]> {
    const objects: DAVObject[] = [];
    for (let first = 0; first < paths.length; first += OBJECTS)
      objects.push(...(await objectsBy({ objectUrls: paths.slice(first, first + OBJECTS) })));
    const [again, once] = [objects.filter(comesAgain), objects.filter((object) => !comesAgain(object))];
    const written = again.length === 0 ? [] : await inSpan(span);
    const ids = new Set(again.map((object) => changeOf(object).externalId));
    return [...once.map(changeOf), ...written.filter(({ externalId }) => ids.has(externalId))];
  }

  async function objectsBy(which: Partial<Parameters<typeof fetchCalendarObjects>[0]>): Promise<DAVObject[]> {
    const urlFilter = (one: string) => pathOf(one) !== pathOf(url);
    try {
      return await fetchCalendarObjects({ ...at, calendar, urlFilter, ...which });
    } catch (error) {
      throw asCalendarError(error, 'REFUSED');
    }
  }

  function changeOf({ url: address, data }: DAVObject): Change {
    return { externalId: pathOf(address)!, busy: busyTimesIn(ours, String(data ?? '')) };
  }

  function pathOf(href: string): string | undefined {
    return URL.parse(href, url)?.pathname.replace(/\/$/, '');
  }
}

/** Of a whole answer: tsdav keeps it beside its parts. */
function tokenIn(answers: readonly DAVResponse[]): string | undefined {
  const token: unknown = answers[0]?.raw?.multistatus?.syncToken;
  const text = typeof token === 'object' && token !== null ? (token as { _cdata?: unknown })._cdata : token;
  return text === undefined ? undefined : String(text);
}

function comesAgain({ data }: DAVObject): boolean {
  return hasRule(String(data ?? ''));
}

function isGone(status: number): boolean {
  return status === 404 || status === 410;
}

function refusal(status: number): CalendarError {
  return new CalendarError(isGone(status) ? 'NOT_FOUND' : 'REFUSED', `the server answered ${status}`);
}
