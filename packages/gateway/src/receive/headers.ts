import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '../errors.ts';
import { clientOf, lastOf } from './client-address.ts';
import {
  AUTHORIZATION,
  BAGGAGE,
  CONNECTION,
  CONTENT_LENGTH,
  DROP,
  EXPECT,
  FORWARDED,
  FORWARDED_FOR,
  FORWARDED_HOST,
  FORWARDED_PROTO,
  HOST,
  kindOf,
  METHOD_OVERRIDE,
  OF_PROXY,
  PASS,
  REAL_IP,
  REQUEST_ID,
  SINGLE,
  TRACEPARENT,
  TRACESTATE,
  TRANSFER_ENCODING,
} from './header-kinds.ts';
import { nameFilter } from './header-name-filter.ts';
import type { Peer } from './peer.ts';
import { validHost } from './request-target.ts';

/** One pass over a request's raw headers: what goes upstream, and what the gateway needs to know. */
export type Forwarded = {
  /** Flat list of names and values for the upstream. */
  list: string[];
  /** Where in `list` the value of Authorization is; -1 when there is none. */
  authorizationAt: number;
  host: string;
  authorization: string | null;
  contentLength: number | null;
  chunked: boolean;
  expectContinue: boolean;
  /** Lower-case names of Connection, which upstreams do not get; null without, and where they are `keep-alive` or `close`. */
  hidden: ReadonlySet<string> | null;
  /** Methods that X-HTTP-Method-Override and its kin ask for, upper case. */
  overrides: readonly string[];
  /** The client's address; null when the proxies in front do not say it. */
  clientAddress: string | null;
  /** The other end of the connection: the client, or the last proxy in front. */
  peer: Peer;
  requestId: string;
  /** W3C trace context to pass on; empty: none. */
  traceparent: string;
  tracestate: string;
  /** W3C baggage of the client, without what is ours to say. */
  baggage: string;
  /** Where in `list` the value of traceparent is; -1 until `passTrace`, and when there is none. */
  traceparentAt: number;
};

/**
 * Builds the headers of the upstream request: hop-by-hop ones stripped (also those that Connection names),
 * X-Forwarded-* and x-request-id set. Trace context and baggage are taken out for `passTrace`. Returns an error code when
 * framing or host are ambiguous, or something stands twice that may stand once. `trustedHops` proxies of ours in front
 * say in X-Forwarded-* or Forwarded whose request it is.
 */
export function forwardHeaders(
  raw: readonly string[],
  trustedHops: number,
  peer: Peer,
): Forwarded | ErrorCode {
  const list: string[] = [];
  let host: string | null = null;
  let authorization: string | null = null;
  let authorizationAt = -1;
  let contentLength: number | null = null;
  let chunked = false;
  let expectContinue = false;
  let overrides = NO_OVERRIDES;
  let requestId = '';
  let traceparent: string | null = null;
  let tracestate = '';
  let baggage = '';
  let forwardedFor = '';
  let forwardedProto = '';
  let forwardedHost = '';
  let forwarded = '';
  let realIp: string | null = null;
  let connection = '';
  let seen = 0;

  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    const kind = kindOf(name);
    switch (kind) {
      case PASS:
        list.push(name, value);
        break;
      case DROP:
        break;
      case HOST:
        if (host !== null || !validHost(value)) return 'invalid-host';
        host = value;
        list.push('host', value);
        break;
      case AUTHORIZATION:
        if (authorization !== null) return 'repeated-header';
        authorization = value;
        authorizationAt = list.push('authorization', value) - 1;
        break;
      case CONTENT_LENGTH:
        if (contentLength !== null || !DIGITS.test(value)) return 'ambiguous-length';
        contentLength = Number(value);
        list.push('content-length', value);
        break;
      case TRANSFER_ENCODING:
        if (chunked || value.trim().toLowerCase() !== 'chunked') return 'ambiguous-length';
        chunked = true;
        break;
      case CONNECTION:
        connection = connection === '' ? value : `${connection},${value}`;
        break;
      case EXPECT:
        if (expectContinue || value.toLowerCase() !== '100-continue') return 'expectation-failed';
        expectContinue = true;
        break;
      case METHOD_OVERRIDE:
        overrides = [...overrides, value.trim().toUpperCase()];
        list.push(name, value);
        break;
      case REQUEST_ID:
        if (REQUEST_ID_FORM.test(value)) requestId = value;
        break;
      case TRACEPARENT:
        traceparent = traceparent === null && TRACEPARENT_FORM.test(value) ? value : '';
        break;
      case TRACESTATE:
        tracestate = tracestate === '' ? value : `${tracestate},${value}`;
        break;
      case BAGGAGE:
        baggage = baggage === '' ? value : `${baggage},${value}`;
        break;
      case FORWARDED_FOR:
        forwardedFor = joined(forwardedFor, value);
        break;
      case FORWARDED_PROTO:
        forwardedProto = joined(forwardedProto, value);
        break;
      case FORWARDED_HOST:
        forwardedHost = joined(forwardedHost, value);
        break;
      case FORWARDED:
        forwarded = joined(forwarded, value);
        break;
      case REAL_IP:
        realIp = name;
        break;
      case OF_PROXY:
        if (trustedHops > 0) list.push(name, value);
        break;
      default: {
        const bit = 1 << (kind - SINGLE);
        if (seen & bit) return 'repeated-header';
        seen |= bit;
        list.push(name, value);
      }
    }
  }
  if (chunked && contentLength !== null) return 'ambiguous-length';
  if (requestId === '') requestId = randomHex(8);
  const client = clientOf(trustedHops, peer.address, forwardedFor, forwarded);
  const own = peer.encrypted ? 'https' : 'http';
  const proto = trustedHops === 0 ? own : (lastOf(forwardedProto, trustedHops)[0] ?? own).toLowerCase();
  const said = trustedHops === 0 ? undefined : lastOf(forwardedHost, trustedHops)[0];
  const publicHost = said !== undefined && validHost(said) ? said : host;
  list.push(
    'x-forwarded-for',
    client.forwardedFor,
    'x-forwarded-proto',
    proto === 'https' ? 'https' : 'http',
    'x-request-id',
    requestId,
  );
  if (publicHost !== null) list.push('x-forwarded-host', publicHost);
  if (trustedHops > 0 && realIp !== null && client.address !== null) list.push(realIp, client.address);
  const hidden = namesIn(connection);
  if (hidden !== null) {
    dropNamed(list, hidden);
    if (authorizationAt !== -1) authorizationAt = indexOfValue(list, 'authorization');
  }
  return {
    list,
    authorizationAt,
    host: host ?? '',
    authorization,
    contentLength,
    chunked,
    expectContinue,
    hidden,
    overrides,
    clientAddress: client.address,
    peer,
    requestId,
    traceparent: traceparent ?? '',
    tracestate: traceparent ? tracestate : '',
    baggage: baggage === '' ? '' : withoutOwnBaggage(baggage),
    traceparentAt: -1,
  };
}

/**
 * Adds trace context and baggage to the upstream's headers, once, when the request is about to be sent. `cohort` is the
 * side of the user's cohort; it goes wherever the trace goes.
 */
export function passTrace(forwarded: Forwarded, cohort: string | null): void {
  const { list, traceparent, tracestate, baggage } = forwarded;
  if (traceparent !== '') forwarded.traceparentAt = list.push('traceparent', traceparent) - 1;
  if (tracestate !== '') list.push('tracestate', tracestate);
  if (cohort !== null)
    list.push('baggage', baggage === '' ? `cohort=${cohort}` : `${baggage},cohort=${cohort}`);
  else if (baggage !== '') list.push('baggage', baggage);
}

/** Whose cohort somebody is in is for the gateway to say. Names may be percent-encoded: readers decode them. */
function withoutOwnBaggage(baggage: string): string {
  if (!/cohort|%/i.test(baggage)) return baggage;
  return baggage.split(',').filter(isForeign).join(',');
}

function isForeign(entry: string): boolean {
  try {
    return decodeURIComponent(entry.split(/[=;]/, 1)[0] as string).trim() !== 'cohort';
  } catch {
    return false;
  }
}

const NO_OVERRIDES: readonly string[] = [];

function joined(list: string, value: string): string {
  return list === '' ? value : `${list},${value}`;
}

/** Random lower-case hex of so many bytes, from text that is made a few thousand bytes at a time. */
export function randomHex(bytes: number): string {
  if (hexAt + 2 * bytes > hex.length) {
    hex = randomBytes(HEX_BYTES).toString('hex');
    hexAt = 0;
  }
  const from = hexAt;
  hexAt += 2 * bytes;
  return hex.slice(from, hexAt);
}

const HEX_BYTES = 8192;
let hex = '';
let hexAt = 0;

const DIGITS = /^\d{1,15}$/;
const REQUEST_ID_FORM = /^[\w.:-]{1,128}$/;
const TRACEPARENT_FORM = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const KEPT = new Set([
  'host',
  'content-length',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-request-id',
]);

/** The names in Connection; null when there is nothing but what most say. */
function namesIn(connection: string): ReadonlySet<string> | null {
  if (connection === '' || connection === 'keep-alive' || /^(?:keep-alive|close)$/i.test(connection))
    return null;
  return new Set(connection.split(',').map((token) => token.trim().toLowerCase()));
}

function dropNamed(list: string[], named: ReadonlySet<string>): void {
  for (let i = list.length - 2; i >= 0; i -= 2) {
    const name = (list[i] as string).toLowerCase();
    if (named.has(name) && !KEPT.has(name)) list.splice(i, 2);
  }
}

function indexOfValue(list: readonly string[], name: string): number {
  for (let i = 0; i < list.length; i += 2) if (list[i] === name) return i + 1;
  return -1;
}

/**
 * The response's headers as a flat list for `writeHead`: hop-by-hop ones stripped, everything else as it came.
 * `raw` is a flat list of names and values.
 */
export function responseHeaders(raw: readonly string[], requestId: string): string[] {
  const list: string[] = [];
  let connection = '';
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const kind = mayBeDropped(name) ? (RESPONSE_KINDS.get(name) ?? responseKindOf(name)) : PASS;
    if (kind === PASS) list.push(name, raw[i + 1]!);
    else if (kind === CONNECTION) connection = joined(connection, raw[i + 1]!);
  }
  const named = namesIn(connection);
  if (named !== null) dropNamed(list, named);
  list.push('x-request-id', requestId);
  return list;
}

const RESPONSE_KINDS = new Map<string, number>();
const RESPONSE_DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
]);
const mayBeDropped = nameFilter(RESPONSE_DROPPED);

function responseKindOf(name: string): number {
  const lower = name.toLowerCase();
  const kind = lower === 'connection' ? CONNECTION : RESPONSE_DROPPED.has(lower) ? DROP : PASS;
  if (RESPONSE_KINDS.size < 2_000) RESPONSE_KINDS.set(name, kind);
  return kind;
}
