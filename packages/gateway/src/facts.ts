import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BUCKETS, type BucketCache } from '@banyan/cohort';
import type { Facts } from './choose.ts';
import { networkOf, peerAddress } from './client-address.ts';
import type { ErrorCode } from './errors.ts';
import { checkTarget } from './guard.ts';
import { type Forwarded, forwardHeaders } from './headers.ts';
import type { Live } from './live.ts';
import type { Match } from './match.ts';
import { mayRunTwice, onlyReads, overridesInQuery } from './methods.ts';
import type { Route, RouteTable, Side } from './route-table.ts';
import type { Verified } from './tokens.ts';

export type Admitted = {
  forwarded: Forwarded;
  match: Match | null;
  /** Nothing that an upstream may take it for is a write. */
  safe: boolean;
  /** May be sent twice, whatever an upstream takes it for. */
  idempotent: boolean;
};

/** Checks framing, host and target, and matches the route. Returns an error code for what must not be forwarded. */
export function admit(live: Live, req: IncomingMessage): Admitted | ErrorCode {
  const method = req.method as string;
  const target = req.url as string;
  const forwarded = forwardHeaders(req.rawHeaders, {
    trustedHops: live.table.trustedHops ?? 0,
    remoteAddress: peerAddress(req.socket.remoteAddress),
    encrypted: 'encrypted' in req.socket,
  });
  if (typeof forwarded === 'string') return forwarded;
  if (forwarded.host === '' && req.httpVersionMinor === 1) return 'invalid-host';
  if (forwarded.chunked && req.httpVersionMinor === 0) return 'ambiguous-length';
  const bad = checkTarget(method, target, live.matcher);
  if (bad) return bad;
  const match = live.matcher.find(method, target);
  const asked = overridesInQuery(target);
  const overrides = asked.length === 0 ? forwarded.overrides : [...forwarded.overrides, ...asked];
  for (const override of overrides)
    if (live.matcher.find(override, target)?.route !== match?.route) return 'method-override';
  return {
    forwarded,
    match,
    safe: onlyReads(method, overrides),
    idempotent: mayRunTwice(method, overrides),
  };
}

export function bearer(authorization: string | null): string | null {
  if (authorization === null || authorization.length < 8) return null;
  if (!authorization.startsWith('Bearer ') && !/^bearer /i.test(authorization)) return null;
  return authorization.slice(7).trim();
}

/**
 * Who is counted by rate limits: the token's subject, else the client's network, as far as the plan says how addresses
 * are known. Null: nobody whom a limit could count without counting others too.
 */
export function consumerOf(
  live: Live,
  verified: Verified | null,
  { clientAddress }: Forwarded,
): string | null {
  const subject = verified?.state === 'valid' ? verified.claims.sub : undefined;
  if (subject !== undefined) return `subject:${subject}`;
  if (live.table.trustedHops === undefined || clientAddress === null) return null;
  return `address:${networkOf(clientAddress)}`;
}

/**
 * The key of a request, null when it carries none. An expired token still says whose request it is: the backend of
 * that key's side refuses it, whatever its clock allows.
 */
function keyOf(
  route: Route,
  params: Record<string, string | undefined>,
  headers: IncomingHttpHeaders,
  verified: Verified | null,
): string | null {
  const { key } = route;
  let value: unknown;
  if (key.from === 'token') value = subjectKnown(verified) ? verified?.claims[key.claim] : undefined;
  else if (key.from === 'param') value = params[key.name];
  else if (key.from === 'header') value = headers[key.name.toLowerCase()];
  else if (key.from === 'cookie') value = cookie(headers.cookie, key.name);
  if (typeof value === 'number') value = String(value);
  return typeof value === 'string' ? value : null;
}

/** Everything `choose` wants to know. */
export function factsOf(
  live: Live,
  match: Match,
  headers: IncomingHttpHeaders,
  verified: Verified | null,
  safe: boolean,
  pinned: Side | null,
  buckets: BucketCache,
): Facts {
  const { route, service } = match.route;
  const text = keyOf(route, match.params, headers, verified);
  const key = text === null ? null : buckets.get(service.salt, text);
  const subject = safe && key === null && subjectKnown(verified) ? verified?.claims.sub : undefined;
  return {
    safe,
    key,
    sticky: subject === undefined ? null : buckets.get(service.salt, subject),
    override: overrideOf(live.table, headers, verified),
    pinned,
  };
}

/**
 * Is the side of this write unknowable here? Its key is in a token that cannot be verified here, but perhaps by a
 * backend, and the sides are split: sent to the wrong one it would be a conflict. Returns how to refuse it, or null.
 */
export function unverifiable(match: Match, facts: Facts, verified: Verified | null): ErrorCode | null {
  const { route, service } = match.route;
  if (facts.safe || facts.key !== null || route.key.from !== 'token') return null;
  if (route.mode !== 'hybrid' || service.share === 0 || service.share >= BUCKETS) return null;
  if (verified?.state === 'unknown') return 'unverifiable-token';
  return verified?.state === 'unreachable' ? 'keys-unavailable' : null;
}

function subjectKnown(verified: Verified | null): boolean {
  return verified !== null && (verified.state === 'valid' || verified.state === 'expired');
}

function overrideOf(table: RouteTable, headers: IncomingHttpHeaders, verified: Verified | null): Side | null {
  if (table.override === null || verified?.state !== 'valid') return null;
  const wanted = headers[table.override.header];
  if (wanted !== 'monolith' && wanted !== 'service') return null;
  const { role, roles } = verified.claims as { role?: unknown; roles?: unknown };
  const has = (name: string) => role === name || (Array.isArray(roles) && roles.includes(name));
  return table.override.roles.some(has) ? wanted : null;
}

function cookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  let found: string | undefined;
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals === -1 || part.slice(0, equals).trim() !== name) continue;
    // Two cookies of one name: backends differ in which they take, so there is no key to rely on.
    if (found !== undefined) return undefined;
    found = part.slice(equals + 1).trim();
  }
  return found?.startsWith('"') && found.endsWith('"') ? found.slice(1, -1) : found;
}
