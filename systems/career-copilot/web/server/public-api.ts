import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { API } from '../../api/common.ts';

/** What the public API answered, as it came. */
export type ApiAnswer = { status: number; headers: Record<string, string>; body: string };

/** Posts to the public API in the name of a page. Rejects with `ApiUnreachable`. */
export type PostToApi = (path: string, body: object, from: IncomingHttpHeaders) => Promise<ApiAnswer>;

/** The API gave no answer. Whether it has done what it was asked for is known only if the request never reached it. */
export class ApiUnreachable extends Error {
  readonly wasSent: boolean;

  constructor(cause: unknown) {
    super('The public API did not answer', { cause });
    this.name = 'ApiUnreachable';
    this.wasSent = !NOT_SENT.has(codeOf(cause) ?? '');
  }
}

/** Longer than a gateway holds a request while a side changes, ms. */
const ANSWER_MS = 30_000;

/** The API at `url`, which is the gateway; without one, that of the application itself. */
export function postToApi(app: FastifyInstance, url: string | undefined): PostToApi {
  if (url === undefined)
    return async (path, payload, from) => {
      const { statusCode, headers, body } = await app.inject({
        ...{ method: 'POST', url: API + path, payload, headers: passedOn(from) },
      });
      return { status: statusCode, headers: kept((name) => headers[name]?.toString()), body };
    };
  return async (path, payload, from) => {
    try {
      const response = await fetch(url + API + path, {
        method: 'POST',
        headers: { ...passedOn(from), 'content-type': 'application/json' },
        body: JSON.stringify(payload),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const headers = kept((name) => response.headers.get(name) ?? undefined);
      return { status: response.status, headers, body: await response.text() };
    } catch (error) {
      throw new ApiUnreachable(error);
    }
  };
}

/** Whose session it is to be: the list of sessions names the browser, and limits count the client. */
const PASSED_ON = ['user-agent', 'accept-language', 'x-forwarded-for', 'x-request-id', 'traceparent'];

function passedOn(from: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (from[name] ? [[name, String(from[name])]] : [])));
}

const KEPT = ['content-type', 'retry-after', 'x-request-id'];

function kept(header: (name: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return cause?.code ?? code;
}
