import type { Answer } from '../../../api/types.ts';

export type Account = Answer<'GET /api/v1/integrations/connections'>['connections'][number];
export type LinkedCalendar = Answer<'GET /api/v1/integrations/calendars'>['calendars'][number];

/** What the API calls a calendar server that takes a name and a password. */
export const CALDAV = 'caldav';

const NAMES: Record<string, string> = {
  google: 'Google',
  microsoft: 'Microsoft',
  outlook: 'Outlook',
  linkedin: 'LinkedIn',
  github: 'GitHub',
};

/** As people know a provider; one that is not known here by the name that the system has for it. */
export function providerName(name: string): string {
  const known = NAMES[name];
  return known ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
}

/** Whether an account has calendars: a calendar server's has, another's if it has let us at them. */
export function hasCalendars({ provider, scopes }: Pick<Account, 'provider' | 'scopes'>): boolean {
  return provider === CALDAV || scopes.some((scope) => /calendar/i.test(scope));
}

/** Those of an account. */
export function calendarsOf(calendars: readonly LinkedCalendar[], connection: number): LinkedCalendar[] {
  return calendars.filter(({ connection_id }) => connection_id === connection);
}

/**
 * Where a provider asks its user: what the API says, if a browser may go there. Only https, and http on this machine as in a try-out: an address of another
 * kind (`javascript:`) would be run as ours.
 */
export function pageOfProvider(address: string): string | null {
  const url = URL.parse(address);
  const isLocal = url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return url !== null && (url.protocol === 'https:' || isLocal) ? url.href : null;
}

/** Calendar servers that are offered by name, with the address by which they are found. */
export const SERVERS = [
  { id: 'icloud', url: 'https://caldav.icloud.com' },
  { id: 'fastmail', url: 'https://caldav.fastmail.com' },
  { id: 'other', url: '' },
] as const;

/** Which of them an address is of. */
export function serverOf(url: string): (typeof SERVERS)[number]['id'] {
  return (
    SERVERS.find((server) => server.url !== '' && server.url === url.trim().replace(/\/$/, ''))?.id ?? 'other'
  );
}
