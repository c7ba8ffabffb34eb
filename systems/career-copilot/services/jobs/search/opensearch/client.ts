/** What an OpenSearch server could not do, or did not answer. */
export class SearchServerError extends Error {
  override name = 'SearchServerError';
  /** Of the answer; undefined: there was none. */
  readonly status: number | undefined;

  constructor(message: string, { status, cause }: { status?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.status = status;
  }
}

export type SearchServer = {
  /** Its answer as JSON; a string as body goes as lines of JSON. Throws `SearchServerError` for anything but success. */
  ask<T>(method: string, path: string, body?: object | string): Promise<T>;
};

/** Of one request; the bulk of a rebuilding takes longest. */
const TIMEOUT_MS = 10_000;

/** A server by its address, whose user and password it is asked with. */
export function searchServer(address: string): SearchServer {
  const { origin, pathname, username, password } = new URL(address);
  const base = origin + pathname.replace(/\/+$/, '');
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization =
    username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  return {
    async ask<T>(method: string, path: string, body?: object | string) {
      const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
      const init = {
        method,
        headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': type }) },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      };
      let status: number | undefined;
      try {
        const response = await fetch(`${base}/${path}`, init);
        status = response.status;
        const text = await response.text();
        if (!response.ok) throw new Error(`answered ${status}: ${text.slice(0, 300)}`);
        return JSON.parse(text) as T;
      } catch (cause) {
        const why = (cause as Error).message;
        throw new SearchServerError(`${origin}: ${method} ${path}: ${why}`, {
          cause,
          ...(status === undefined ? {} : { status }),
        });
      }
    },
  };
}
