import { Pool } from 'undici';
import type { Recorder } from './stats.ts';

export type Call = {
  /** Name of the series, e.g. `GET /users/me`. */
  kind: string;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** Sent as `Authorization: Bearer`; other ways to say who asks go into the headers. */
  token?: string;
  headers?: Record<string, string>;
  /** A text goes as it is, anything else as JSON. */
  body?: unknown;
  expect: number | ((status: number) => boolean);
  /** Statuses of a no that the domain may give: no failure. */
  mayRefuse?: readonly number[];
};

export type Outcome =
  /** As expected. */
  | { is: 'ok'; status: number; location: string | undefined; body: unknown; stale: boolean }
  /** A clear no (4xx). */
  | { is: 'refused'; status: number }
  /** A server error, or no answer: may have had an effect. */
  | { is: 'unknown' };

export type Client = {
  /** Sends and records; `dueAt` (performance.now) is when the request should have been sent. Never throws. */
  send(call: Call, dueAt: number, stage: string): Promise<Outcome>;
  close(): Promise<void>;
};

export function createClient(
  gatewayUrl: string,
  recorder: Recorder,
  { timeoutMs, connections }: { timeoutMs: number; connections: number },
): Client {
  // A limit that is computed is seldom whole, and undici would refuse each request because of it.
  const limitMs = Math.ceil(timeoutMs);
  const pool = new Pool(gatewayUrl, { connections, headersTimeout: limitMs, bodyTimeout: limitMs });
  return {
    send: async (call, dueAt, stage) => {
      const { kind, method, path, token, headers: own, body, expect, mayRefuse = [] } = call;
      const isText = typeof body === 'string';
      const headers: Record<string, string> = {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
        ...own,
      };
      try {
        const response = await pool.request({
          method,
          path,
          headers,
          body: body === undefined || isText ? body : JSON.stringify(body),
        });
        const text = await response.body.text();
        const status = response.statusCode;
        const latency = performance.now() - dueAt;
        if (typeof expect === 'number' ? status === expect : expect(status)) {
          const isPage = String(response.headers['content-type']).startsWith('text/');
          const parsed = text === '' ? undefined : isPage ? text : JSON.parse(text);
          recorder.record(stage, kind, latency);
          const { location } = response.headers;
          return {
            is: 'ok',
            status,
            location: typeof location === 'string' ? location : undefined,
            body: parsed,
            // The gateway says so of a side that may not have everything yet.
            stale: response.headers['x-banyan-stale'] !== undefined,
          };
        }
        if (mayRefuse.includes(status)) {
          recorder.record(stage, kind, latency);
          return { is: 'refused', status };
        }
        recorder.record(stage, kind, latency, { status, error: null, body: text.slice(0, 300) });
        return status >= 400 && status < 500 ? { is: 'refused', status } : { is: 'unknown' };
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        const failure = { status: null, error: code ? `${code}: ${message}` : message, body: null };
        recorder.record(stage, kind, performance.now() - dueAt, failure);
        return { is: 'unknown' };
      }
    },
    close: () => pool.destroy(),
  };
}
