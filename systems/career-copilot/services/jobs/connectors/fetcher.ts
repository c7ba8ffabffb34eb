import { outboundAgent } from '@banyan/service';
import type { Response } from 'undici';
import { bodyText } from './body-text.ts';
import { FetchError } from './fetch-error.ts';
import { pacedRequests } from './paced-request.ts';
import { turnsByHost } from './per-host.ts';
import { robotsRules } from './robots.ts';
import { webAddress } from './web-address.ts';

/** What an answer said of itself, for the next request to ask whether there is anything new. */
type Validators = { etag: string | null; lastModified: string | null };

type Fetched = { is: 'new'; payload: string; validators: Validators } | { is: 'unchanged' };

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

const MAX_REDIRECTS = 5;
const REDIRECTIONS = [301, 302, 303, 307, 308];
const ROBOTS_BYTES = 500 * 1024;

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
  const requests = pacedRequests({ agent, userAgent, timeoutMs, leastMs });
  const [robot] = /^[\w-]*/.exec(userAgent)!;
  const rulesOf = robotsRules(robot, readRobots);
  const inTurn = turnsByHost();

  return {
    fetch: async (address, { validators, signal = new AbortController().signal } = {}) =>
      await inTurn(webAddress(address).host, () => fetchNow(address, validators, signal)),
    close: async () => await agent.destroy(),
  };

  async function fetchNow(
    address: string,
    validators: Validators | undefined,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const { response, url } = await follow(
      webAddress(address),
      conditionsOf(validators),
      signal,
      refuseForbidden,
    );
    if (response.ok) {
      const payload = await bodyText(response, url, { mostBytes: maxBytes, signal });
      const { headers } = response;
      return {
        is: 'new',
        payload,
        validators: { etag: headers.get('etag'), lastModified: headers.get('last-modified') },
      };
    }
    await response.body?.cancel();
    if (response.status === 304) return { is: 'unchanged' };
    const code = response.status === 404 || response.status === 410 ? 'NOT_FOUND' : 'BAD_STATUS';
    throw new FetchError(code, `${url.href} answered ${response.status}`);
  }

  /** Each step of a redirection is a request like the first: in its host's turn, and not into a private network. */
  async function follow(
    from: URL,
    headers: Record<string, string>,
    signal: AbortSignal,
    mayAsk: (url: URL, signal: AbortSignal) => Promise<void> = async () => {},
  ): Promise<{ response: Response; url: URL }> {
    let url = from;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      await mayAsk(url, signal);
      const response = await requests.ask(url, headers, signal);
      const location = response.headers.get('location');
      if (!REDIRECTIONS.includes(response.status) || location === null) return { response, url };
      await response.body?.cancel();
      url = webAddress(location, url);
    }
    throw new FetchError('TOO_MANY_REDIRECTS', `${from.href} leads on more than ${MAX_REDIRECTS} times`);
  }

  async function refuseForbidden(url: URL, signal: AbortSignal): Promise<void> {
    const rules = await rulesOf(url, signal);
    requests.slowDown(url.host, rules.crawlDelayMs);
    if (!rules.allows(url.href))
      throw new FetchError('REFUSED_BY_ROBOTS', `${url.origin}/robots.txt does not allow ${url.pathname}`);
  }

  /** By RFC 9309: where there is none everything is allowed, where it cannot be known nothing is (null). */
  async function readRobots(address: URL, signal: AbortSignal): Promise<string | null> {
    const { response, url } = await follow(address, {}, signal);
    if (response.status >= 500) return null;
    if (response.status >= 400) return '';
    return await bodyText(response, url, { mostBytes: ROBOTS_BYTES, signal });
  }
}

/** What is to be answered only if it is new. */
function conditionsOf(validators: Validators | undefined): Record<string, string> {
  return {
    ...(validators?.etag ? { 'if-none-match': validators.etag } : {}),
    ...(validators?.lastModified ? { 'if-modified-since': validators.lastModified } : {}),
  };
}
