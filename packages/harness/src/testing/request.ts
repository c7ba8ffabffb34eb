import assert from 'node:assert/strict';

/** Where the API of a system of ours is. */
const API = '/api/v1';

// biome-ignore lint/suspicious/noExplicitAny: each test reads what it expects
export type Json = any;
/** `stale`: by the gateway's word it may not know yet what the caller has just written. */
export type Answer = { status: number; etag?: string; stale?: true; body: Json };

/** The body of an answer that has to be good: any other fails the test, with what was asked. */
export async function good(asked: string, answer: Promise<Answer>): Promise<Json> {
  const { status, body } = await answer;
  assert.ok(status < 300, `${asked}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** A request to the API at an origin, be it a service, the monolith or the gateway; the path is below `api`. */
export async function request(
  origin: string,
  method: string,
  path: string,
  {
    token,
    body,
    ifMatch,
    headers = {},
    api = API,
  }: {
    token?: string;
    body?: unknown;
    ifMatch?: string;
    headers?: Record<string, string>;
    api?: string;
  } = {},
): Promise<Answer> {
  const response = await fetch(origin + api + path, {
    method,
    headers: {
      ...headers,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const etag = response.headers.get('etag');
  const isText = response.headers.get('content-type')?.startsWith('text/');
  return {
    status: response.status,
    ...(etag === null ? {} : { etag }),
    ...(response.headers.get('x-banyan-stale') === 'maybe' ? { stale: true } : {}),
    body: text === '' ? undefined : isText ? text : JSON.parse(text),
  };
}
