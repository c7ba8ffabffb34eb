import { createParser } from 'eventsource-parser';
import { type ApiError, errorOfFailure, errorOfResponse, isCancelled } from './errors.ts';

/** `data` is what it was sent as: JSON, in this system. */
export type ServerEvent = { event: string; data: string; id: string | undefined };

export type EventsState =
  | { is: 'connecting' }
  | { is: 'open' }
  /** It comes again by itself, at `at`, ms of the clock. */
  | { is: 'waiting'; at: number; error: ApiError | null }
  /** It does not come again: whoever asks may not have it. */
  | { is: 'over'; error: ApiError };

export type EventsOptions = {
  fetch: (request: Request) => Promise<Response>;
  onEvent: (event: ServerEvent) => void;
  onState?: (state: EventsState) => void;
  /** The last one that was seen: the stream goes on after it. */
  lastEventId?: string | undefined;
  /** Ends it. */
  signal: AbortSignal;
  now?: () => number;
  random?: () => number;
  /** Waits, ms; resolves early when the signal aborts. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Silence after which a connection counts as gone, ms: servers say something every 15 s. */
const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) by `fetch`, so that they are asked for with a token as
 * everything else is, which EventSource cannot. Goes on where it was after each interruption (`Last-Event-ID`), with growing pauses, also where nobody
 * has the route: while its service moves, one answer may come from the other side. Resolves when `signal` aborts or the stream is refused.
 */
export async function readServerEvents(url: string, options: EventsOptions): Promise<void> {
  const { fetch, onEvent, onState = () => {}, signal, now = Date.now, random = Math.random } = options;
  const wait = options.wait ?? pause;
  let { lastEventId } = options;
  let retryMs: number | null = null;
  let failures = 0;
  while (!signal.aborted) {
    onState({ is: 'connecting' });
    let error: ApiError | null = null;
    const silence = silenceAfter(SILENCE_MS);
    try {
      const response = await fetch(requestOf(url, lastEventId, AbortSignal.any([signal, silence.signal])));
      if (!response.ok || response.body === null) throw await errorOfResponse(response, url);
      onState({ is: 'open' });
      const parser = createParser({
        onEvent: ({ event = 'message', data, id }) => {
          failures = 0;
          lastEventId = id ?? lastEventId;
          onEvent({ event, data, id });
        },
        onRetry: (ms) => {
          retryMs = ms;
        },
      });
      await feed(response.body, parser, silence.heard);
    } catch (cause) {
      if (signal.aborted) return;
      error = isCancelled(cause) ? null : errorOfFailure(cause, { isOnline: true, isSafe: true });
      if (error !== null && isFinal(error)) return onState({ is: 'over', error });
    } finally {
      silence.end();
    }
    if (signal.aborted) return;
    failures += 1;
    const ms = reconnectAfter({
      failures,
      retryMs,
      retryAfterMs: error?.retryAfterMs ?? null,
      random: random(),
    });
    onState({ is: 'waiting', at: now() + ms, error });
    await wait(ms, signal);
  }
}

/**
 * After how many ms a stream that has ended is asked for again: what the server has said at least, twice as long each time that nothing came,
 * a minute at most.
 */
export function reconnectAfter({
  failures,
  retryMs,
  retryAfterMs,
  random,
}: {
  failures: number;
  retryMs: number | null;
  retryAfterMs: number | null;
  random: number;
}): number {
  const growing = Math.min(LONGEST_WAIT_MS, (retryMs ?? FIRST_WAIT_MS) * 2 ** (failures - 1));
  return Math.round(Math.max(retryAfterMs ?? 0, growing) * (1 + random / 4));
}

function isFinal({ status }: ApiError): boolean {
  return status === 401 || status === 403;
}

function requestOf(url: string, lastEventId: string | undefined, signal: AbortSignal): Request {
  return new Request(url, {
    headers: {
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    cache: 'no-store',
    signal,
  });
}

async function feed(
  body: ReadableStream<Uint8Array>,
  parser: { feed(text: string): void },
  heard: () => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    heard();
    parser.feed(part.value);
  }
}

/** Aborts when nothing was heard for so long. */
function silenceAfter(ms: number): { signal: AbortSignal; heard(): void; end(): void } {
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(), ms);
  return {
    signal: controller.signal,
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(), ms);
    },
    end: () => clearTimeout(timer),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
