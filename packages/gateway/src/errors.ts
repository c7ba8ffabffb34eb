import type { ServerResponse } from 'node:http';
import { tellIdleTime } from './receive/idle-time.ts';
import { isUnread, lingeringClose } from './receive/lingering-close.ts';

/** Everything the gateway itself answers, by stable code. `status` is HTTP, `title` is for people. */
export const ERRORS = {
  'bad-request': { status: 400, title: 'The request is not valid HTTP' },
  'ambiguous-length': { status: 400, title: 'The length of the body is given twice or not as a number' },
  'ambiguous-target': { status: 400, title: 'The path can be read in more than one way' },
  'absolute-target': { status: 400, title: 'The request target must be a path' },
  'invalid-host': { status: 400, title: 'Exactly one valid Host header is needed' },
  'repeated-header': { status: 400, title: 'A header that may stand only once stands twice' },
  'method-override': { status: 400, title: 'The method may not be overridden on this path' },
  'invalid-json': { status: 400, title: 'The body is not JSON' },
  'invalid-body': { status: 400, title: 'The body does not match the schema' },
  'ambiguous-key': { status: 400, title: 'It cannot be told whose request this is' },
  'reserved-token': {
    status: 401,
    title: 'The token names the gateway as its issuer, and the gateway did not sign it',
  },
  'unverifiable-token': { status: 401, title: 'The credentials do not say whose request this is' },
  'not-found': { status: 404, title: 'No such resource for this key yet' },
  'body-timeout': { status: 408, title: 'The body did not arrive in time' },
  gone: { status: 410, title: 'This endpoint has been switched off' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-body': { status: 415, title: 'The body must be plain JSON' },
  'expectation-failed': { status: 417, title: 'Nothing but 100-continue can be expected' },
  'body-too-complex': {
    status: 422,
    title: 'The body is nested too deeply, or takes too much work to check',
  },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'The gateway failed' },
  'bad-gateway': { status: 502, title: 'The upstream broke off the answer' },
  'held-too-long': { status: 503, title: 'A change of sides took too long, try again' },
  'too-many-bodies': { status: 503, title: 'Too much of bodies is held at once, try again' },
  'too-many-connections': { status: 503, title: 'Too many connections are open, close some' },
  'too-many-held': { status: 503, title: 'Too many requests are waiting, try again' },
  'too-many-waiting': { status: 503, title: 'Too many pipelined requests are waiting, send fewer at once' },
  'outcome-unknown': {
    status: 503,
    title: 'The upstream did not answer; whether the request ran is not known',
  },
  'keys-unavailable': { status: 503, title: 'The keys of the token issuer cannot be fetched, try again' },
  unavailable: { status: 503, title: 'The upstream is not available' },
  'upstream-busy': { status: 503, title: 'All places at the upstream are taken, try again' },
  'upstream-timeout': { status: 504, title: 'The upstream did not answer in time' },
  'unsupported-version': { status: 505, title: 'HTTP/1.1 or HTTP/1.0 is spoken here' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/**
 * Refused for what they are as HTTP: what follows on the connection may be another part of the same attack, and is not
 * looked at.
 */
const LAST_OF_CONNECTION: ReadonlySet<ErrorCode> = new Set([
  'bad-request',
  'ambiguous-length',
  'ambiguous-target',
  'absolute-target',
  'invalid-host',
  'method-override',
  'repeated-header',
  'body-timeout',
  'expectation-failed',
  'headers-too-large',
  'unsupported-version',
]);

/** The body of an RFC 9457 problem. */
function problem(code: ErrorCode, extra?: Record<string, unknown>): string {
  const { status, title } = ERRORS[code];
  return JSON.stringify({ type: `urn:banyan:gateway:${code}`, title, status, code, ...extra });
}

/** Answers with a problem; `headers` is a flat list of names and values added to it. */
export function sendProblem(
  res: ServerResponse,
  code: ErrorCode,
  headers: string[] = [],
  extra?: Record<string, unknown>,
): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const body = problem(code, extra);
  const { status } = ERRORS[code];
  const list = [
    'content-type',
    'application/problem+json',
    'content-length',
    String(Buffer.byteLength(body)),
    'cache-control',
    'no-store',
    ...headers,
  ];
  if (status === 503 && !headers.includes('retry-after')) list.push('retry-after', '1');
  sendWhole(res, status, list, body, LAST_OF_CONNECTION.has(code));
}

/** Answers with a body of our own. `last`: the connection cannot be used again. */
export function sendWhole(
  res: ServerResponse,
  status: number,
  headers: string[],
  body: string,
  last = false,
): void {
  // What the client may still be sending is unknown.
  if (last || isUnread(res.req)) {
    headers.push('connection', 'close');
    lingeringClose(res.req);
  } else tellIdleTime(res, headers);
  res.writeHead(status, headers);
  res.end(res.req.method === 'HEAD' ? undefined : body);
}

/** The same as raw bytes, for a socket on which no request could be parsed. */
export function rawProblem(code: ErrorCode, headers: readonly string[] = []): string {
  const body = problem(code);
  const { status, title } = ERRORS[code];
  let more = '';
  for (let i = 0; i < headers.length; i += 2) more += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return (
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\n${more}` +
    `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`
  );
}
