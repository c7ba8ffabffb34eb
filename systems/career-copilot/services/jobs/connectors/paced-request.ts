import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, fetch, type Response } from 'undici';
import { asFetchError, FetchError } from './fetch-error.ts';
import { blockedUntil, type HostPace, nextAt, UNKNOWN_HOST } from './pace.ts';
import { PerHost } from './per-host.ts';

export type PacedRequests = {
  /** One request to one address, when it is its host's turn; a redirection is an answer. Throws `FetchError`, and what `signal` is aborted with. */
  ask(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response>;
  /** What the host's robots.txt wants between two requests. */
  slowDown(host: string, crawlDelayMs: number): void;
};

/** Requests to each host in its own pace: `leastMs` apart or as it asks for, and none while it wants to be left alone. */
export function pacedRequests({
  agent,
  userAgent,
  timeoutMs,
  leastMs,
}: {
  agent: Dispatcher;
  userAgent: string;
  timeoutMs: number;
  leastMs: number | undefined;
}): PacedRequests {
  const paces = new PerHost<HostPace>();
  const paceOf = (host: string) => paces.get(host) ?? UNKNOWN_HOST;

  async function waitForTurn(url: URL, signal: AbortSignal): Promise<void> {
    const pace = paceOf(url.host);
    const now = Date.now();
    if (pace.blockedUntil > now) throw askedToWait(url, pace.blockedUntil);
    await delay(Math.max(0, nextAt(pace, leastMs) - now), undefined, { signal });
    paces.note(url.host, { ...pace, lastAt: Date.now() });
  }

  return {
    async ask(url, headers, signal) {
      await waitForTurn(url, signal);
      try {
        const response = await fetch(url, {
          headers: { 'user-agent': userAgent, ...headers },
          redirect: 'manual',
          dispatcher: agent,
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        if (response.status !== 429 && response.status !== 503) return response;
        await response.body?.cancel();
        const until = blockedUntil(response.headers.get('retry-after'), Date.now());
        paces.note(url.host, { ...paceOf(url.host), blockedUntil: until });
        throw askedToWait(url, until);
      } catch (error) {
        signal.throwIfAborted();
        throw asFetchError(url, error);
      }
    },
    slowDown: (host, crawlDelayMs) => paces.note(host, { ...paceOf(host), crawlDelayMs }),
  };
}

function askedToWait(url: URL, until: number): FetchError {
  const retryAt = new Date(until);
  return new FetchError(
    'ASKED_TO_WAIT',
    `${url.host} asked to be left alone until ${retryAt.toISOString()}`,
    { retryAt },
  );
}
