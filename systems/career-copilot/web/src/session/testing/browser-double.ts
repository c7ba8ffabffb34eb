import { setImmediate as turn } from 'node:timers/promises';
import { createSession, type Session } from '../session.ts';
import { SharedByTabs } from './shared-by-tabs.ts';

/** As long as a token that came twice is forgiven, by the auth service's default, ms. */
const GRACE_MS = 10_000;
export const LIFE_S = 1_800;
export const ORIGIN = 'https://career.example';

export type Fault = 'answer lost' | 'not reached' | 'told to wait';

/**
 * A browser with tabs, its cookie, and the server: the session routes before an auth service that rotates refresh tokens and ends a
 * session whose token comes twice. Time passes when a test says so.
 */
export class BrowserDouble {
  /** What the session routes are to do instead of answering, in turn. */
  faults: Fault[] = [];
  cookiesAreKept = true;
  /** Each request to the API that had a good token: by whom, in which tab. */
  readonly served: { tab: number; user: number; path: string; body: string }[] = [];
  refreshes = 0;
  /** Tokens that came again when nobody forgives it any more. */
  stolen = 0;
  #now = 1_000_000;
  #cookie: string | null = null;
  #count = 0;
  readonly #families = new Map<string, { user: number; family: number; rotatedAt: number | null }>();
  readonly #ended = new Set<number>();
  readonly #revoked = new Set<string>();
  #timers: { at: number; callback: () => void }[] = [];
  readonly #shared = new SharedByTabs();
  #tabs = 0;

  openTab(): Session {
    const tab = ++this.#tabs;
    return createSession({
      fetch: (input, init) =>
        this.#answer(tab, new Request(new URL(urlOf(input), ORIGIN), bodyOf(input, init))),
      now: () => ({ monotonicMs: this.#now, wallMs: this.#now }),
      after: (ms, callback) => {
        const timer = { at: this.#now + ms, callback };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((each) => each !== timer);
        };
      },
      ...this.#shared.forTab(),
    });
  }

  /** Lets all that is under way come to rest. */
  async rest(): Promise<void> {
    for (let turns = 0; turns < 20; turns++) await turn();
  }

  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.rest();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.rest();
    }
    this.#now = until;
  }

  /** Access tokens that are out are refused from now on, before their time. */
  refuseAccessTokens(): void {
    for (let count = 1; count <= this.#count; count++) this.#revoked.add(String(count));
  }

  /** As an administrator or a new password does. */
  endSessions(): void {
    for (const { family } of this.#families.values()) this.#ended.add(family);
  }

  async #answer(tab: number, request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    await turn();
    if (!pathname.startsWith('/session')) return this.#serve(tab, request, pathname, body);
    const fault = this.faults.shift();
    if (fault === 'not reached') throw new TypeError('network');
    if (fault === 'told to wait') return new Response('{}', { status: 503, headers: { 'retry-after': '2' } });
    const before = this.#cookie;
    const answer = this.#session(request.method, pathname, body);
    if (!this.cookiesAreKept) this.#cookie = null;
    if (fault !== 'answer lost') return answer;
    this.#cookie = before;
    throw new TypeError('network');
  }

  #session(method: string, path: string, body: string): Response {
    if (method === 'DELETE') {
      const known = this.#families.get(this.#cookie ?? '');
      if (known) this.#ended.add(known.family);
      this.#cookie = null;
      return new Response(null, { status: 204 });
    }
    if (path === '/session') {
      const user = Number(/\d+/.exec(JSON.parse(body).email)![0]);
      return JSON.parse(body).password === 'right'
        ? this.#tokens(user, ++this.#count)
        : new Response('{"detail":"Incorrect email or password"}', { status: 401 });
    }
    this.refreshes += 1;
    const known = this.#families.get(this.#cookie ?? '');
    if (!known || this.#ended.has(known.family)) return this.#nobody();
    if (known.rotatedAt !== null && this.#now - known.rotatedAt > GRACE_MS) {
      this.stolen += 1;
      this.#ended.add(known.family);
      return this.#nobody();
    }
    known.rotatedAt ??= this.#now;
    return this.#tokens(known.user, known.family);
  }

  #nobody(): Response {
    this.#cookie = null;
    return new Response(null, { status: 204 });
  }

  #tokens(user: number, family: number): Response {
    this.#cookie = `refresh-${++this.#count}`;
    this.#families.set(this.#cookie, { user, family, rotatedAt: null });
    const payload = { sub: String(user), role: 'user', count: this.#count, exp: this.#now + LIFE_S * 1_000 };
    return Response.json({ access_token: `x.${btoa(JSON.stringify(payload))}.y`, expires_in: LIFE_S });
  }

  #serve(tab: number, request: Request, path: string, body: string): Response {
    const token = request.headers.get('authorization')?.split('.')[1];
    if (token === undefined) return new Response('{}', { status: 401 });
    const { sub, count, exp } = JSON.parse(atob(token));
    if (this.#revoked.has(String(count)) || exp <= this.#now) return new Response('{}', { status: 401 });
    this.served.push({ tab, user: Number(sub), path, body });
    return Response.json({ user: Number(sub) });
  }
}

const urlOf = (input: Parameters<typeof fetch>[0]) => (input instanceof Request ? input.url : String(input));

const bodyOf = (input: Parameters<typeof fetch>[0], init?: RequestInit) =>
  input instanceof Request ? input : init;
