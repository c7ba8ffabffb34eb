import { nameFilter } from './header-name-filter.ts';

/** Passed on as it came. */
export const PASS = 0;
export const DROP = 1;
export const HOST = 2;
export const AUTHORIZATION = 3;
export const CONTENT_LENGTH = 4;
export const TRANSFER_ENCODING = 5;
export const CONNECTION = 6;
export const EXPECT = 7;
export const METHOD_OVERRIDE = 8;
export const REQUEST_ID = 9;
export const TRACEPARENT = 10;
export const FORWARDED_FOR = 11;
export const FORWARDED_PROTO = 12;
export const FORWARDED_HOST = 13;
export const FORWARDED = 14;
export const TRACESTATE = 15;
export const BAGGAGE = 16;
export const REAL_IP = 17;
/** Passed on when a proxy of ours in front has sent it. */
export const OF_PROXY = 18;
/** From here on: may stand once. Its bit in a set is the kind less this. */
export const SINGLE = 32;

const SPECIAL: Record<string, number> = {
  host: HOST,
  authorization: AUTHORIZATION,
  'content-length': CONTENT_LENGTH,
  'transfer-encoding': TRANSFER_ENCODING,
  connection: CONNECTION,
  expect: EXPECT,
  'x-http-method-override': METHOD_OVERRIDE,
  'x-http-method': METHOD_OVERRIDE,
  'x-method-override': METHOD_OVERRIDE,
  'x-request-id': REQUEST_ID,
  traceparent: TRACEPARENT,
  tracestate: TRACESTATE,
  baggage: BAGGAGE,
  'x-forwarded-for': FORWARDED_FOR,
  'x-forwarded-proto': FORWARDED_PROTO,
  'x-forwarded-host': FORWARDED_HOST,
  'x-real-ip': REAL_IP,
  forwarded: FORWARDED,
  'keep-alive': DROP,
  // As an environment variable of a CGI program it would be HTTP_PROXY.
  proxy: DROP,
  'proxy-connection': DROP,
  'proxy-authenticate': DROP,
  'proxy-authorization': DROP,
  te: DROP,
  trailer: DROP,
  upgrade: DROP,
  'http2-settings': DROP,
  // Services say it to one another. From outside it could make them refuse, or give up on, what they have begun.
  'x-request-deadline-ms': DROP,
};

/**
 * What a proxy tells an upstream of the client, the path and the host, by whichever convention; upstreams believe it.
 * Other names that begin with x-forwarded- or x-original- are of the same kind.
 */
const OF_PROXIES = [
  'client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'x-envoy-external-address',
  'x-rewrite-url',
  'x-host',
  'x-http-host-override',
  'x-scheme',
  'x-url-scheme',
  'x-script-name',
  'front-end-https',
  'remote-addr',
  'remote-user',
  'x-remote-addr',
  'x-remote-user',
  'x-ssl-client-cert',
];

/** Of two, one upstream would take the first and another the last (RFC 9110, 5.3). */
const SINGLES = [
  'content-type',
  'content-location',
  'content-range',
  'cookie',
  'date',
  'from',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'idempotency-key',
  'max-forwards',
  'origin',
  'range',
  'referer',
  'user-agent',
  'x-api-key',
  'x-csrf-token',
];

for (const name of OF_PROXIES) SPECIAL[name] = OF_PROXY;
for (const [bit, name] of SINGLES.entries()) SPECIAL[name] = SINGLE + bit;

const mayMatter = nameFilter(Object.keys(SPECIAL), 'x');

/** Names as clients spell them; bounded, because clients choose them. */
const KINDS = new Map<string, number>();

/** What is to be done with a client's header. */
export function kindOf(name: string): number {
  if (!mayMatter(name)) return PASS;
  const known = KINDS.get(name);
  if (known !== undefined) return known;
  const kind = classify(dashed(name));
  // An upstream that turns dashes into underscores (CGI, WSGI, Rack) cannot tell the two spellings apart.
  const found = kind !== PASS && kind < SINGLE && name.includes('_') ? DROP : kind;
  if (KINDS.size < 2_000) KINDS.set(name, found);
  return found;
}

/** A name as whoever takes underscores for dashes reads it. */
export function dashed(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function classify(name: string): number {
  if (Object.hasOwn(SPECIAL, name)) return SPECIAL[name]!;
  // Our own headers are ours to set: a client may not claim to be a shadow request.
  if (name.startsWith('x-banyan-')) return DROP;
  return /^x-(?:forwarded|original)(?:-|$)/.test(name) ? OF_PROXY : PASS;
}
