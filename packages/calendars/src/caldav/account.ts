/** An account at a server of CalDAV (RFC 4791), found as RFC 6764 says: by its well-known address, principal and home. */
import { createAccount, type DAVAccount, fetchCalendars } from 'tsdav';
import { CalendarError } from '../remote.ts';
import { type DavHost, davFetch } from './requests.ts';

/** A secret: it is kept encrypted. */
export type CalDavLogin = { username: string; password: string };
/** What is kept of an account, encrypted as a whole. */
export type CalDavAccount = CalDavLogin & { rootUrl: string; homeUrl: string };
export type ListedCalendar = { url: string; name: string };

/** Finds the account. Throws `CalendarError`: `UNAUTHORIZED` when the server does not take the password. */
export async function findAccount(
  host: DavHost,
  serverUrl: string,
  login: CalDavLogin,
): Promise<CalDavAccount> {
  let isRefused = false;
  const ask = davFetch(host);
  const fetch: typeof ask = async (...asked) => {
    try {
      return await ask(...asked);
    } catch (error) {
      isRefused ||= error instanceof CalendarError && error.code === 'UNAUTHORIZED';
      throw error;
    }
  };
  try {
    const account: DAVAccount = { serverUrl, accountType: 'caldav' };
    const { rootUrl, homeUrl } = await createAccount({ account, headers: headersOf(login), fetch });
    if (!rootUrl || !homeUrl) throw new CalendarError('NOT_FOUND', 'the server has no calendars');
    return { ...login, rootUrl, homeUrl };
  } catch (error) {
    if (isRefused) throw new CalendarError('UNAUTHORIZED', 'the server does not take the password', error);
    throw asCalendarError(error, 'NOT_FOUND');
  }
}

/** Those that may have events. Throws `CalendarError`. */
export async function calendarsOf(host: DavHost, account: CalDavAccount): Promise<ListedCalendar[]> {
  const { rootUrl, homeUrl } = account;
  try {
    const found = await fetchCalendars({
      account: { serverUrl: rootUrl, accountType: 'caldav', rootUrl, homeUrl },
      headers: headersOf(account),
      fetch: davFetch(host),
    });
    return found
      .filter(
        ({ components }) =>
          components === undefined || components.length === 0 || components.includes('VEVENT'),
      )
      .map(({ url, displayName }) => ({ url, name: String(displayName ?? '').slice(0, 200) }));
  } catch (error) {
    throw asCalendarError(error, 'REFUSED');
  }
}

/** Basic authentication (RFC 7617), which is what servers take with the passwords that they make for single programs. */
export function headersOf({ username, password }: CalDavLogin): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** tsdav throws plain errors for answers that it can make nothing of. */
export function asCalendarError(error: unknown, code: 'NOT_FOUND' | 'REFUSED'): CalendarError {
  return error instanceof CalendarError
    ? error
    : new CalendarError(code, 'the server did not answer as a server of CalDAV does', error);
}
