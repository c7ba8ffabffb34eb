import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BUCKETS, type BucketCache } from '@banyan/cohort';
import { claimText } from '../authenticate/claim.ts';
import type { TokenLocation } from '../authenticate/credentials.ts';
import type { Verified } from '../authenticate/tokens.ts';
import type { Fence, KeyQuestion, LookedUpKey, Route, RouteTable, Side } from '../control/route-table.ts';
import type { ErrorCode } from '../errors.ts';
import type { Match } from '../match/match.ts';
import { mayRunTwice, onlyReads, overridesInQuery } from '../match/methods.ts';
import { networkOf } from '../receive/client-address.ts';
import { readCookie } from '../receive/cookie.ts';
import { dashed } from '../receive/header-kinds.ts';
import { type Forwarded, forwardHeaders } from '../receive/headers.ts';
import { type Peer, peerOf } from '../receive/peer.ts';
import { checkTarget } from '../receive/request-target.ts';
import type { CompiledTable } from '../worker/compiled-table.ts';
import type { RequestAttributes } from './choose.ts';

export type Admitted = {
  forwarded: Forwarded;
  match: Match | null;
  /** Nothing that an upstream may take it for is a write. */
  safe: boolean;
  /** May be sent twice, whatever an upstream takes it for. */
  idempotent: boolean;
};

/** Checks framing, host and target, and matches the route. Returns an error code for what must not be forwarded. */
export function admit(compiled: CompiledTable, req: IncomingMessage): Admitted | ErrorCode {
  const method = req.method as string;
  const target = req.url as string;
  // A request line without a version counts as 0.9.
  if (req.httpVersionMajor !== 1) return 'unsupported-version';
  const forwarded = forwardHeaders(req.rawHeaders, compiled.table.trustedHops ?? 0, peerOf(req.socket));
  if (typeof forwarded === 'string') return forwarded;
  // In HTTP/1.0 too: upstreams are spoken to in 1.1, and what Host they would assume is for nobody to guess.
  if (forwarded.host === '') return 'invalid-host';
  if (req.httpVersionMinor === 0) {
    if (forwarded.chunked) return 'ambiguous-length';
    forwarded.expectContinue = false; // such a client does not know it
  }
  const bad = checkTarget(method, target, compiled.matcher);
  if (bad) return bad;
  const match = compiled.matcher.find(method, target);
  const { places } = compiled.tokens;
  for (const { kind, name } of places)
    if (kind === 'header' && isRepeated(name, req.rawHeaders)) return 'repeated-header';
  if (match !== null) {
    const { route } = match.route;
    if (keyRepeated(route, req.rawHeaders)) return 'repeated-header';
    if (forwarded.hidden !== null && judgedBy(forwarded.hidden, route, places)) return 'ambiguous-key';
  }
  const asked = overridesInQuery(target);
  const overrides = asked.length === 0 ? forwarded.overrides : [...forwarded.overrides, ...asked];
  for (const override of overrides)
    if (compiled.matcher.find(override, target)?.route !== match?.route) return 'method-override';
  return {
    forwarded,
    match,
    safe: onlyReads(method, overrides),
    idempotent: mayRunTwice(method, overrides),
  };
}

/** Are the headers by which this request is judged among those that no upstream gets? There it would be somebody else's. */
function judgedBy(hidden: ReadonlySet<string>, { key }: Route, places: readonly TokenLocation[]): boolean {
  switch (key.from) {
    case 'header':
      return hidden.has(key.name.toLowerCase());
    case 'cookie':
      return hidden.has('cookie');
    case 'token':
      return places.some(({ kind, name }) =>
        hidden.has(kind === 'scheme' ? 'authorization' : kind === 'cookie' ? 'cookie' : name),
      );
    default:
      return false;
  }
}

function keyRepeated({ key }: Route, raw: readonly string[]): boolean {
  return key.from === 'header' && isRepeated(key.name, raw);
}

/** Does the header stand twice, or in a spelling that only some upstreams take for it? */
function isRepeated(header: string, raw: readonly string[]): boolean {
  const wanted = dashed(header);
  let exact = 0;
  let alike = 0;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (name.length !== wanted.length || dashed(name) !== wanted) continue;
    alike++;
    if (name.toLowerCase() === header.toLowerCase()) exact++;
  }
  return alike > 1 || exact !== alike;
}

/**
 * Who is counted by rate limits: the token's subject, else the client's network, as far as the plan says how addresses
 * are known. Null: nobody whom a limit could count without counting others too.
 */
export function consumerOf(
  compiled: CompiledTable,
  verified: Verified | null,
  { clientAddress, peer }: Forwarded,
): string | null {
  if (verified?.consumer != null) return verified.consumer;
  if (compiled.table.trustedHops === undefined || clientAddress === null) return null;
  return `address:${networkAt(clientAddress, peer)}`;
}

/** Whose places at the upstreams a request takes: its client's network, else that of the other end of its connection. */
export function clientOf({ clientAddress, peer }: Forwarded): string {
  return clientAddress === null ? peer.network : networkAt(clientAddress, peer);
}

function networkAt(address: string, peer: Peer): string {
  return address === peer.address ? peer.network : networkOf(address);
}

/**
 * The key of a request, null when it carries none. An expired token still says whose request it is: the backend of
 * that key's side refuses it, whatever its clock allows. 'unclear': the request names somebody, and it cannot be told whom.
 */
function keyOf(
  route: Route,
  params: Record<string, string | undefined>,
  req: IncomingMessage,
  verified: Verified | null,
  looked: LookedUpKey | null,
): string | null | typeof UNCLEAR {
  const { key } = route;
  switch (key.from) {
    case 'token':
      return verified === null ? null : namedBy(verified, key.claim);
    case 'param':
      return params[key.name] ?? null;
    case 'header':
      return headerText(req, key.name);
    case 'cookie': {
      const value = readCookie(req.headers.cookie, key.name);
      return value === null ? UNCLEAR : (value ?? null);
    }
    case 'lookup':
      if (looked === null || looked.state === 'unclear') return UNCLEAR;
      return looked.state === 'found' ? looked.key : null;
    case 'none':
      return null;
  }
}

const UNCLEAR = Symbol('unclear');

/** The key that a request's token names. Which of several a backend reads is its own affair, so all have to name the same. */
function namedBy(verified: Verified, claim: string): string | typeof UNCLEAR {
  const text = textOf(verified, claim);
  if (text === null || verified.beside?.some((other) => textOf(other, claim) !== text)) return UNCLEAR;
  return text;
}

/** Backends differ in which of two they take, and in how they read what is not ASCII. */
function headerText(req: IncomingMessage, name: string): string | null | typeof UNCLEAR {
  const values = req.headersDistinct[name.toLowerCase()];
  if (values === undefined) return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return values.length > 1 || /[^\x00-\x7f]/.test(values[0]!) ? UNCLEAR : values[0]!;
}

/** What has to be looked up before the request can be decided; null: nothing. */
export function keyQuestionOf({ route: { route }, params }: Match): KeyQuestion | null {
  const { key, service } = route;
  if (key.from !== 'lookup' || route.mode === 'migrated') return null;
  const { table, column, matches, param } = key;
  return { service, table, column, matches, value: params[param] ?? '' };
}

/** Everything `choose` wants to know. */
export function attributesOf(
  compiled: CompiledTable,
  match: Match,
  req: IncomingMessage,
  verified: Verified | null,
  safe: boolean,
  pinned: Side | null,
  buckets: BucketCache,
  looked: LookedUpKey | null,
): RequestAttributes {
  const { route, service } = match.route;
  const text = keyOf(route, match.params, req, verified, looked);
  const key = typeof text === 'string' ? buckets.get(service.salt, text) : null;
  const subject = safe && key === null && subjectKnown(verified) ? verified.subject : null;
  return {
    safe,
    key,
    keyText: typeof text === 'string' && key !== null ? text : null,
    // A token is somebody's, also when the claim is empty.
    unclear: key === null && (text === UNCLEAR || (text !== null && route.key.from === 'token')),
    sticky: subject === null ? null : buckets.get(service.salt, subject),
    override: overrideOf(compiled.table, req.headers, verified),
    pinned,
  };
}

/**
 * Is the side of this write unknowable here? It names somebody by what cannot be judged here, but perhaps by a backend,
 * and the sides are split, or about to be: sent to the wrong one it would be a conflict. Returns how to refuse it, or null.
 */
export function unverifiable(
  match: Match,
  attributes: RequestAttributes,
  verified: Verified | null,
  fences: readonly Fence[],
): ErrorCode | null {
  const { route } = match.route;
  if (attributes.safe || !attributes.unclear || !isSplit(match, fences)) return null;
  if (route.key.from === 'lookup') return 'keys-unavailable';
  if (route.key.from !== 'token') return 'ambiguous-key';
  return verified?.state === 'unreachable' ? 'keys-unavailable' : 'unverifiable-token';
}

/** Does the side of a write depend on its key, or is it about to? */
export function isSplit({ route: { route, service } }: Match, fences: readonly Fence[]): boolean {
  if (route.mode === 'hybrid' && service.share > 0 && service.share < BUCKETS) return true;
  return fences.some((fence) => fence.service === route.service);
}

function textOf(verified: Verified, claim: string): string | null {
  if (!subjectKnown(verified)) return null;
  const { subject, claims } = verified;
  return claim === 'sub' ? subject : claimText(claims, claim);
}

function subjectKnown(verified: Verified | null): verified is Verified {
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
