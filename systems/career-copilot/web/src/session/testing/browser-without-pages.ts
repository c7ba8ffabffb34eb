import { decodeJwt } from 'jose';
import { createSession, type Session } from '../session.ts';
import { SharedByTabs } from './shared-by-tabs.ts';

/** A browser's tabs as far as a session needs them, before a real server: one cookie, no page. */
export class BrowserWithoutPages {
  /** Who signed the newest access token. */
  issuer: string | undefined;
  /** So many answers of the session routes are lost on their way here. */
  lost = 0;
  #cookie: string | undefined;
  readonly #origin: string;
  readonly #shared = new SharedByTabs();

  constructor(origin: string) {
    this.#origin = origin;
  }

  openTab(): Session {
    return createSession({
      fetch: async (input, init) => {
        const url = input instanceof Request ? input.url : new URL(String(input), this.#origin);
        return await this.#fetch(new Request(url, input instanceof Request ? input : init));
      },
      now: () => ({ monotonicMs: performance.now(), wallMs: Date.now() }),
      after: (ms, callback) => {
        const timer = setTimeout(callback, ms).unref();
        return () => clearTimeout(timer);
      },
      ...this.#shared.forTab(),
    });
  }

  /** With the headers that a browser adds, and of the cookie what it would. */
  async #fetch(request: Request): Promise<Response> {
    const isOfSession = new URL(request.url).pathname.startsWith('/session');
    request.headers.set('origin', this.#origin);
    request.headers.set('sec-fetch-site', 'same-origin');
    if (isOfSession && this.#cookie !== undefined) request.headers.set('cookie', this.#cookie);
    const response = await fetch(request);
    if (isOfSession && this.lost > 0) {
      this.lost -= 1;
      throw new TypeError('The answer is lost');
    }
    for (const cookie of response.headers.getSetCookie())
      this.#cookie = /Max-Age=0/.test(cookie) ? undefined : cookie.split(';', 1)[0]!;
    if (isOfSession && response.ok && response.status !== 204)
      this.issuer = decodeJwt(((await response.clone().json()) as { access_token: string }).access_token).iss;
    return response;
  }
}
