import type { IncomingHttpHeaders } from 'node:http';
import type { Issuer } from '../control/route-table.ts';
import { readCookie } from '../receive/cookie.ts';

/**
 * Where a request carries the token that names its user. `place` is that of the issuers whose tokens come there
 * (`scheme bearer`, `header x-token`, `cookie session`); null: there is something, and it is nothing of theirs.
 */
export type Credentials = {
  place: string | null;
  token: string;
  /** Other tokens, in other places. */
  beside?: readonly Credentials[];
};

/** Where an issuer's tokens come: in a cookie, a header of their own, or Authorization with a scheme. */
export function tokenLocationOf({
  scheme = 'Bearer',
  header,
  cookie,
}: Pick<Issuer, 'scheme' | 'header' | 'cookie'>): string {
  if (cookie !== undefined) return `cookie ${cookie}`;
  if (header !== undefined) return `header ${header.toLowerCase()}`;
  return `scheme ${scheme.toLowerCase()}`;
}

/** A place, taken apart for reading. */
export type TokenLocation = {
  readonly id: string;
  readonly kind: 'scheme' | 'header' | 'cookie';
  readonly name: string;
};

/** All places where tokens of these issuers come, each once, in their order. */
export function tokenLocationsOf(
  issuers: readonly Pick<Issuer, 'scheme' | 'header' | 'cookie'>[],
): TokenLocation[] {
  return [...new Set(issuers.map(tokenLocationOf))].map((id) => {
    const blank = id.indexOf(' ');
    return { id, kind: id.slice(0, blank) as TokenLocation['kind'], name: id.slice(blank + 1) };
  });
}

/**
 * What a request says of its user; null when it says nothing at all. Of several, the first in the order of `places`, with the
 * others beside it: a backend may read another one than the first.
 */
export function credentialsOf(
  places: readonly TokenLocation[],
  authorization: string | null,
  headers: IncomingHttpHeaders,
): Credentials | null {
  if (places.length === 0) return null;
  let unclear = authorization !== null;
  let first: Credentials | null = null;
  for (const place of places) {
    const found = at(place, authorization, headers);
    if (found === TWICE) unclear = true;
    if (typeof found !== 'string') continue;
    const credentials = { place: place.id, token: found };
    if (first === null) first = credentials;
    else if (found !== first.token) first.beside = [...(first.beside ?? []), credentials];
  }
  return first ?? (unclear ? UNCLEAR : null);
}

const UNCLEAR: Credentials = { place: null, token: '' };
const TWICE = null;

/** undefined: nothing there. */
function at(
  { kind, name }: TokenLocation,
  authorization: string | null,
  headers: IncomingHttpHeaders,
): string | undefined | typeof TWICE {
  if (kind === 'scheme') return authorization === null ? undefined : afterScheme(authorization, name);
  if (kind === 'cookie') return readCookie(headers.cookie, name);
  const value = headers[name];
  return value === undefined || value === '' ? undefined : String(value);
}

/** Any run of blanks may part the two: some backends take it for one, so the gateway has to see the token too. */
function afterScheme(authorization: string, scheme: string): string | undefined {
  const length = scheme.length;
  if (authorization.length <= length + 1) return undefined;
  const parting = authorization.charCodeAt(length);
  if (parting !== 32 && parting !== 9) return undefined;
  if (authorization.slice(0, length).toLowerCase() !== scheme) return undefined;
  return authorization.slice(length + 1).trim();
}
