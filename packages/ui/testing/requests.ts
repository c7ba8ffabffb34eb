import type { BrowserContext, Request } from 'playwright-core';

/** What pages have asked for and do not have yet, but for streams of events, which never end. */
export type Requests = {
  isAny(): boolean;
  /** Resolves when there is none. */
  ended(): Promise<void>;
  /** A line for each that has no answer, and for each that was waited for longer than people do, in the order in which they were sent. */
  late(): string[];
  /** A line for each of the last that were answered or failed, but for the files of the page, in the order in which they ended. */
  last(): string[];
};

/** Whoever waits longer wonders whether something is broken, ms. */
const LATE_MS = 5_000;
/** The last ones say what a failure is about. */
const LINES = 30;
/** What comes with a page itself says nothing of what it was told. */
const OF_PAGE = new Set(['stylesheet', 'script', 'font', 'image', 'manifest']);

export function watchRequests(context: BrowserContext): Requests {
  const underWay = new Map<Request, number>();
  const late: { since: number; line: string }[] = [];
  const last: string[] = [];
  const waiting: (() => void)[] = [];
  const end = (request: Request) => {
    const since = underWay.get(request);
    if (since === undefined) return;
    underWay.delete(request);
    const took = Date.now() - since;
    if (!OF_PAGE.has(request.resourceType())) {
      // Of what has failed there is no answer.
      const heard = request.failure()?.errorText ?? request.existingResponse()?.status() ?? 'no answer';
      last.push(`${nameOf(request, since)}: ${heard}`);
      if (last.length > LINES) last.shift();
    }
    if (took >= LATE_MS) late.push({ since, line: `${nameOf(request, since)}, ${endOf(request, took)}` });
    if (underWay.size === 0) for (const resolve of waiting.splice(0)) resolve();
  };
  context.on('request', (request) => {
    if (request.headers().accept !== 'text/event-stream') underWay.set(request, Date.now());
  });
  context.on('requestfinished', end);
  context.on('requestfailed', end);
  return {
    isAny: () => underWay.size > 0,
    ended: () => (underWay.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    late: () => {
      const now = Date.now();
      const unanswered = [...underWay].map(([request, since]) => ({
        since,
        line: `${nameOf(request, since)}, not there after ${seconds(now - since)}`,
      }));
      return [...late, ...unanswered]
        .sort((a, b) => a.since - b.since)
        .slice(-LINES)
        .map(({ line }) => line);
    },
    last: () => [...last],
  };
}

function nameOf(request: Request, since: number): string {
  const { pathname, search } = new URL(request.url());
  return `${new Date(since).toISOString().slice(11, -1)} ${request.method()} ${pathname}${search}`;
}

/** What of it was spent before it was sent tells a browser without a free connection from a server without an answer. */
function endOf(request: Request, took: number): string {
  const failure = request.failure();
  if (failure) return `${failure.errorText} after ${seconds(took)}`;
  const { requestStart, responseStart } = request.timing();
  const parts =
    requestStart < 0
      ? ''
      : ` (sent after ${seconds(requestStart)}, answered after ${seconds(responseStart)})`;
  return `there after ${seconds(took)}${parts}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
