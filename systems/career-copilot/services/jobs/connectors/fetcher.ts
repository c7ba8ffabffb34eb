import { setTimeout as delay } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { NOT_PUBLIC, outboundAgent } from '@banyan/service';
import robotsModule from 'robots-parser';
import { fetch, type Response } from 'undici';
import { blockedUntil, type HostPace, nextAt, UNKNOWN_HOST } from './pace.ts';

/** What an answer said of itself, for the next request to ask whether there is anything new. */
type Validators = { etag: string | null; lastModified: string | null };

type Fetched = { is: 'new'; payload: string; validators: Validators } | { is: 'unchanged' };

export type FetchErrorCode =
  | 'BAD_ADDRESS'
  | 'NOT_PUBLIC'
  | 'REFUSED_BY_ROBOTS'
  | 'TOO_MANY_REDIRECTS'
  | 'TOO_LARGE'
  | 'TIMEOUT'
  | 'NOT_FOUND'
  | 'ASKED_TO_WAIT'
  | 'BAD_STATUS'
  | 'UNREACHABLE';

export class FetchError extends Error {
  override name = 'FetchError';
  readonly code: FetchErrorCode;
  /** For ASKED_TO_WAIT: from when on it may be asked again. */
  readonly retryAt: Date | undefined;

  constructor(
    code: FetchErrorCode,
    message: string,
    { cause, retryAt }: { cause?: unknown; retryAt?: Date } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.retryAt = retryAt;
  }
}

export type FetcherOptions = {
  /** As whom it asks, with an address where people learn more: `career-copilot (+https://…)`. robots.txt knows it by the first word. */
  userAgent: string;
  /** Of a body, after it was decompressed. Default: 32 MiB. */
  maxBytes?: number;
  /** Of one request with its redirects, waiting for the host's turn left out. Default: 30 s. */
  timeoutMs?: number;
  /** Between two requests to one host at least. Default: a second. */
  leastMs?: number;
  /** Lets it into private networks, where tests have their servers. */
  allowPrivate?: boolean;
};

export type Fetcher = {
  /** Throws `FetchError`, and what `signal` is aborted with. */
  fetch(address: string, about?: { validators?: Validators; signal?: AbortSignal }): Promise<Fetched>;
  close(): Promise<void>;
};

/** The module is the function itself, which its types call its `default`. */
const robotsParser = robotsModule as unknown as typeof robotsModule.default;

const MAX_REDIRECTS = 5;
const ROBOTS_BYTES = 500 * 1024;
const ROBOTS_FOR_MS = 86_400_000;
/** Hosts whose pace and robots.txt are remembered; the one that was asked first is forgotten first. */
const MAX_HOSTS = 1_000;

type Rules = { until: number; allows(url: string): boolean; crawlDelayMs: number };

/**
 * Asks the sources of postings as they want to be asked: one request at a time to each host, a second apart or as robots.txt says, not
 * at all where that forbids it or the host asked to wait, and for nothing that has not changed. Whatever an address leads to, by
 * redirects too, it reads from the public internet only, and no more than fits.
 */
export function createFetcher({
  userAgent,
  maxBytes = 32 * 1024 * 1024,
  timeoutMs = 30_000,
  leastMs,
  allowPrivate = false,
}: FetcherOptions): Fetcher {
  const agent = outboundAgent(allowPrivate ? () => true : undefined);
  const [robot] = /^[\w-]*/.exec(userAgent)!;
  const paces = new Map<string, HostPace>();
  const rules = new Map<string, Rules>();
  /** The end of the last request to each host: the next one waits for it. */
  const queues = new Map<string, Promise<unknown>>();

  /** One request to one address, when it is its host's turn. */
  async function ask(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const now = Date.now();
    const pace = paces.get(url.host) ?? UNKNOWN_HOST;
    if (pace.blockedUntil > now) throw askedToWait(url, pace.blockedUntil);
    await delay(Math.max(0, nextAt(pace, leastMs) - now), undefined, { signal });
    remember(paces, url.host, { ...pace, lastAt: Date.now() });
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await fetch(url, {
        headers: { 'user-agent': userAgent, ...headers },
        redirect: 'manual',
        dispatcher: agent,
        signal: deadline,
      });
      if (response.status === 429 || response.status === 503) {
        await response.body?.cancel();
        const until = blockedUntil(response.headers.get('retry-after'), Date.now());
        remember(paces, url.host, { ...(paces.get(url.host) ?? UNKNOWN_HOST), blockedUntil: until });
        throw askedToWait(url, until);
      }
      return response;
    } catch (error) {
      signal.throwIfAborted();
      throw asFetchError(url, error);
    }
  }

  async function rulesOf(url: URL, signal: AbortSignal): Promise<Rules> {
    const known = rules.get(url.origin);
    if (known && known.until > Date.now()) return known;
    const address = new URL('/robots.txt', url);
    const found = await readRobots(address, signal);
    const robots = robotsParser(address.href, found ?? '');
    const crawlDelayMs = 1_000 * (Number(robots.getCrawlDelay(robot)) || 0);
    const fresh = {
      until: Date.now() + ROBOTS_FOR_MS,
      allows: (page: string) => found !== null && robots.isAllowed(page, robot) !== false,
      crawlDelayMs,
    };
    remember(rules, url.origin, fresh);
    remember(paces, url.host, { ...(paces.get(url.host) ?? UNKNOWN_HOST), crawlDelayMs });
    return fresh;
  }

  /** By RFC 9309: where there is none everything is allowed, where it cannot be known nothing is (null). */
  async function readRobots(address: URL, signal: AbortSignal): Promise<string | null> {
    const { response, url } = await follow(address, {}, signal);
    if (response.status >= 500) return null;
    if (response.status >= 400) return '';
    return await textOf(response, url, ROBOTS_BYTES, signal);
  }

  /** Each step of a redirection is a request like the first: in its host's turn, and not into a private network. */
  async function follow(
    from: URL,
    headers: Record<string, string>,
    signal: AbortSignal,
    mayAsk: (url: URL) => Promise<void> = async () => {},
  ): Promise<{ response: Response; url: URL }> {
    let url = from;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      await mayAsk(url);
      const response = await ask(url, headers, signal);
      const location = response.headers.get('location');
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return { response, url };
      await response.body?.cancel();
      url = webAddress(location, url);
    }
    throw new FetchError('TOO_MANY_REDIRECTS', `${from.href} leads on more than ${MAX_REDIRECTS} times`);
  }

  async function textOf(response: Response, url: URL, limit: number, signal: AbortSignal): Promise<string> {
    let decoder: TextDecoder | undefined;
    let text = '';
    let bytes = 0;
    try {
      for await (const chunk of response.body ?? []) {
        bytes += chunk.byteLength;
        if (bytes > limit) throw new FetchError('TOO_LARGE', `${url.href} is larger than ${limit} bytes`);
        decoder ??= decoderOf(response.headers.get('content-type'), chunk);
        text += decoder.decode(chunk, { stream: true });
      }
      return text + (decoder?.decode() ?? '');
    } catch (error) {
      signal.throwIfAborted();
      throw asFetchError(url, error);
    }
  }

  async function fetchNow(
    address: string,
    validators: Validators | undefined,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const headers = {
      ...(validators?.etag ? { 'if-none-match': validators.etag } : {}),
      ...(validators?.lastModified ? { 'if-modified-since': validators.lastModified } : {}),
    };
    const { response, url } = await follow(webAddress(address), headers, signal, async (step) => {
      if (!(await rulesOf(step, signal)).allows(step.href))
        throw new FetchError(
          'REFUSED_BY_ROBOTS',
          `${step.origin}/robots.txt does not allow ${step.pathname}`,
        );
    });
    if (response.ok) {
      const payload = await textOf(response, url, maxBytes, signal);
      const { headers: told } = response;
      return {
        is: 'new',
        payload,
        validators: { etag: told.get('etag'), lastModified: told.get('last-modified') },
      };
    }
    await response.body?.cancel();
    if (response.status === 304) return { is: 'unchanged' };
    const code = response.status === 404 || response.status === 410 ? 'NOT_FOUND' : 'BAD_STATUS';
    throw new FetchError(code, `${url.href} answered ${response.status}`);
  }

  return {
    async fetch(address, { validators, signal = new AbortController().signal } = {}) {
      const { host } = webAddress(address);
      const before = queues.get(host) ?? Promise.resolve();
      const mine = before.then(() => fetchNow(address, validators, signal));
      const ended = mine
        .catch(() => {})
        .then(() => {
          if (queues.get(host) === ended) queues.delete(host);
        });
      queues.set(host, ended);
      return await mine;
    },
    close: async () => await agent.destroy(),
  };
}

function webAddress(address: string, from?: URL): URL {
  const url = URL.parse(address, from?.href);
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  )
    throw new FetchError(
      'BAD_ADDRESS',
      `'${address.slice(0, 100)}' is no http or https address without a password`,
    );
  return url;
}

/** By what an answer says of its letters: in its head, in its first lines, or nowhere, which is UTF-8. */
function decoderOf(contentType: string | null, begin: Uint8Array): TextDecoder {
  const lines = Buffer.from(begin.subarray(0, CHARSET_WITHIN)).toString('latin1');
  const [, charset] =
    /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '') ??
    /<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)/i.exec(lines) ??
    /<meta[^>]*\bcharset\s*=\s*["']?([\w.:-]+)/i.exec(lines) ??
    [];
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** As browsers look for it. */
const CHARSET_WITHIN = 1_024;

function askedToWait(url: URL, until: number): FetchError {
  const retryAt = new Date(until);
  return new FetchError(
    'ASKED_TO_WAIT',
    `${url.host} asked to be left alone until ${retryAt.toISOString()}`,
    { retryAt },
  );
}

/** undici hides what went wrong behind `fetch failed`. */
function asFetchError(url: URL, error: unknown): FetchError {
  if (error instanceof FetchError) return error;
  const { name, cause } = error as Error;
  if (name === 'TimeoutError')
    return new FetchError('TIMEOUT', `${url.href} took too long to answer`, { cause: error });
  const why = (cause ?? error) as NodeJS.ErrnoException;
  if (why.code === NOT_PUBLIC) return new FetchError('NOT_PUBLIC', why.message, { cause: error });
  return new FetchError('UNREACHABLE', `${url.origin} cannot be read: ${why.message}`, { cause: error });
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_HOSTS) map.delete(map.keys().next().value!);
}
