import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { CalDavServer } from './caldav-contract.ts';

type Kept = { ics: string; expanded: string; etag: string };
type Answer = { status: number; body?: string; headers?: Record<string, string> };

const ROOT = '/dav/';
const PRINCIPAL = '/dav/principals/ada/';
const HOME = '/dav/calendars/ada/';
const CALENDAR = `${HOME}work/`;
/** Members in one answer to a question for changes. */
const PAGE = 2;

export type WhenWritten = 'before' | 'after';

export type CalDavDouble = CalDavServer & {
  objects: Map<string, Kept>;
  /** Waited for before each write, and when it is done and not answered yet. */
  onWrite(when: WhenWritten): Promise<void>;
  /** Takes another password from now on. */
  changePassword(password: string): void;
};

/**
 * A server of CalDAV as far as the RFCs 4791, 6578 and 6764 are used: found by its well-known address, one calendar, changes by token in pages
 * (507), 403 for a token that is over, conditions on writes. What it writes out of a rule whoever puts an object says.
 */
export async function startCalDav(): Promise<CalDavDouble> {
  const objects = new Map<string, Kept>();
  /** Paths in the order in which they were changed; a token is how many it has seen. */
  const log: string[] = [];
  let epoch = 0;
  let password = 'an app password';
  const keep = (path: string, ics: string, expanded = ics) => {
    const etag = `"${createHash('sha256').update(`${log.length} ${ics}`).digest('hex').slice(0, 16)}"`;
    objects.set(path, { ics, expanded, etag });
    log.push(path);
    return etag;
  };
  const drop = (path: string) => {
    if (objects.delete(path)) log.push(path);
  };

  function propfind(path: string): Answer {
    if (path === ROOT)
      return multistatus(
        propsOf(ROOT, `<d:current-user-principal>${href(PRINCIPAL)}</d:current-user-principal>`),
      );
    if (path === PRINCIPAL)
      return multistatus(propsOf(PRINCIPAL, `<c:calendar-home-set>${href(HOME)}</c:calendar-home-set>`));
    const calendar = propsOf(
      CALENDAR,
      '<d:displayname>Work</d:displayname><d:resourcetype><d:collection/><c:calendar/></d:resourcetype>' +
        '<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>' +
        '<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report></d:supported-report-set>',
    );
    if (path === CALENDAR) return multistatus(calendar);
    return path === HOME
      ? multistatus(propsOf(HOME, '<d:resourcetype><d:collection/></d:resourcetype>'), calendar)
      : { status: 404 };
  }

  function report(asked: string): Answer {
    if (!/sync-collection/.test(asked)) {
      const named = [...asked.matchAll(/<d:href>([^<]*)<\/d:href>/g)].map(([, path]) => path!);
      const all = named.length > 0 ? named : [...objects.keys()];
      const isExpanded = asked.includes('<c:expand');
      return multistatus(...all.map((path) => dataOf(path, objects.get(path), isExpanded)));
    }
    const token = /<d:sync-token>([^<]*)<\/d:sync-token>/.exec(asked)?.[1] ?? '';
    const [, given, seen = 0] = token.split(':').map(Number);
    if (token !== '' && given !== epoch)
      return { status: 403, body: '<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>' };
    const paths = [...new Set(log.slice(seen))];
    const isLast = paths.length <= PAGE;
    const upTo = isLast ? log.length : log.indexOf(paths[PAGE]!, seen);
    const members = paths
      .slice(0, PAGE)
      .filter((path) => token !== '' || objects.has(path))
      .map((path) => {
        const kept = objects.get(path);
        return kept
          ? propsOf(path, `<d:getetag>${kept.etag.replaceAll('"', '&quot;')}</d:getetag>`)
          : `<d:response>${href(path)}<d:status>HTTP/1.1 404 Not Found</d:status></d:response>`;
      });
    const more = isLast
      ? []
      : [`<d:response>${href(CALENDAR)}<d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>`];
    return multistatus(...members, ...more, `<d:sync-token>urn:${epoch}:${upTo}</d:sync-token>`);
  }

  function write(path: string, request: IncomingMessage, body: string): Answer {
    const there = objects.get(path);
    const { 'if-match': match, 'if-none-match': none } = request.headers;
    const isMet =
      (none === undefined || !there) && (match === undefined || match === '*' || match === there?.etag);
    if (!isMet || (match !== undefined && !there)) return { status: 412 };
    if (request.method === 'DELETE') {
      if (!there) return { status: 404 };
      drop(path);
      return { status: 204 };
    }
    return { status: there ? 204 : 201, headers: { etag: keep(path, body) } };
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname: path } = new URL(request.url!, 'http://a');
    const body = await text(request);
    if (path === '/.well-known/caldav') return { status: 301, headers: { location: ROOT } };
    const login = Buffer.from(`ada:${password}`).toString('base64');
    if (request.headers.authorization !== `Basic ${login}`) return { status: 401 };
    if (request.method === 'PROPFIND') return propfind(path);
    if (request.method === 'REPORT') return path === CALENDAR ? report(body) : { status: 404 };
    if (request.method !== 'GET') {
      await double.onWrite('before');
      const written = write(path, request, body);
      await double.onWrite('after');
      return written;
    }
    const there = objects.get(path);
    return there ? { status: 200, body: there.ics, headers: { etag: there.etag } } : { status: 404 };
  }

  const server = createServer(async (request, response) => {
    const { status, body = '', headers } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const double: CalDavDouble = {
    url,
    login: { username: 'ada', password },
    objects,
    onWrite: async () => {},
    put: async (name, ics, expanded) => void keep(CALENDAR + name, ics, expanded),
    get: async (name) => objects.get(CALENDAR + name)?.ics,
    remove: async (name) => drop(CALENDAR + name),
    forgetTokens: () => {
      epoch++;
    },
    changePassword: (other) => {
      password = other;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return double;
}

const href = (path: string) => `<d:href>${path}</d:href>`;

function propsOf(path: string, props: string): string {
  const propstat = `<d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>`;
  return `<d:response>${href(path)}${propstat}</d:response>`;
}

function dataOf(path: string, kept: Kept | undefined, isExpanded: boolean): string {
  if (!kept) return `<d:response>${href(path)}<d:status>HTTP/1.1 404 Not Found</d:status></d:response>`;
  const data = (isExpanded ? kept.expanded : kept.ics).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return propsOf(path, `<d:getetag>x</d:getetag><c:calendar-data>${data}</c:calendar-data>`);
}

function multistatus(...parts: string[]): Answer {
  const body = `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">${parts.join('')}</d:multistatus>`;
  return { status: 207, body };
}
