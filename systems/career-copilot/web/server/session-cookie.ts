import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie';
import { isPlainLoopback } from './same-origin.ts';

/** Where the cookie goes, and with it all that is done to a session. */
export const SESSION_PATH = '/session';

const NAME = 'career-copilot-session';

/** The refresh token that the page's cookie holds, if it is well formed. */
export function refreshTokenIn(headers: IncomingHttpHeaders): string | undefined {
  const token = parseCookie(headers.cookie ?? '', { decode: (text) => text })[nameFor(headers)];
  return token !== undefined && REFRESH_TOKEN.test(token) ? token : undefined;
}

/** Set-Cookie of a session that begins or goes on. No script sees it, and no page of others makes a browser send it. */
export function cookieOf(headers: IncomingHttpHeaders, refreshToken: string, days: number): string {
  return stringifySetCookie({ ...attributesFor(headers), value: refreshToken, maxAge: days * 86_400 });
}

/** Set-Cookie of a session that is over. */
export function endOfCookie(headers: IncomingHttpHeaders): string {
  return stringifySetCookie({ ...attributesFor(headers), value: '', maxAge: 0 });
}

/** What a cookie may hold and the API takes. */
const REFRESH_TOKEN = /^[\w.~+/=-]{1,512}$/;

function attributesFor(headers: IncomingHttpHeaders): Omit<SetCookie, 'value'> {
  return {
    name: nameFor(headers),
    path: SESSION_PATH,
    httpOnly: true,
    sameSite: 'strict',
    secure: !isPlainLoopback(headers),
  };
}

/** Browsers refuse a name that begins so from whoever was not reached by https: nobody on the way can put one in its place. */
function nameFor(headers: IncomingHttpHeaders): string {
  return isPlainLoopback(headers) ? NAME : `__Secure-${NAME}`;
}
