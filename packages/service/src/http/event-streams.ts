import type { ServerResponse } from 'node:http';

export type ServerEvent = {
  event: string;
  /** What a client that comes again names as the last that it had (`last-event-id`). */
  id?: string | number;
  /** Sent as JSON. */
  data: unknown;
};

export type EventStream = {
  /** Aborts when either side has ended it, or the client has gone. */
  signal: AbortSignal;
  send(event: ServerEvent): void;
  /** The client takes no more for the moment: what is sent all the same stays in memory. */
  isFull(): boolean;
  /** Called whenever it takes more again. */
  onDrain(listener: () => void): void;
  end(): void;
};

export type EventStreams = {
  /** False: this process has as many open as it may. */
  hasRoom(): boolean;
  /**
   * Begins the answer, which is nobody else's any more (`reply.hijack()`). If the client has gone already, the stream is over. `of`: whose
   * it is, for `mostOfOne`.
   */
  open(response: ServerResponse, of?: string | number): EventStream;
  /** When the service stops: it would wait for them. */
  endAll(): void;
};

/** After a stream has ended a client comes again after so long, ms. */
const RETRY_MS = 3_000;

/**
 * Answers that are streams of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * @param most that one process has open at a time
 * @param mostOfOne of these that are one person's: when one more is opened, the oldest ends. Default: all
 * @param heartbeatMs after which each says something, so that both ends notice when the other is gone. Default 15 s
 * @param longestMs after which one ends: its client asks again, and whether it still may is looked at anew. Null: never. Default an hour
 */
export function eventStreams({
  most,
  mostOfOne = most,
  heartbeatMs = 15_000,
  longestMs = 3_600_000,
}: {
  most: number;
  mostOfOne?: number;
  heartbeatMs?: number;
  longestMs?: number | null;
}): EventStreams {
  /** In the order in which they were opened, with whose they are. */
  const open = new Map<ServerResponse, string | number | undefined>();
  let heartbeat: NodeJS.Timeout | undefined;
  const beat = () => {
    for (const response of open.keys()) if (!response.writableNeedDrain) response.write(':\n\n');
  };

  function keep(response: ServerResponse, of: string | number | undefined, onGone: () => void): void {
    open.set(response, of);
    const own = of === undefined ? [] : [...open].filter(([, whose]) => whose === of);
    for (const [oldest] of own.slice(0, -mostOfOne)) oldest.end();
    heartbeat ??= setInterval(beat, heartbeatMs);
    const longest = longestMs === null ? undefined : setTimeout(() => response.end(), longestMs);
    response.once('close', () => {
      open.delete(response);
      clearTimeout(longest);
      if (open.size === 0) {
        clearInterval(heartbeat);
        heartbeat = undefined;
      }
      onGone();
    });
  }

  return {
    hasRoom: () => open.size < most,
    endAll: () => {
      for (const response of open.keys()) response.end();
    },
    open: (response, of) => {
      const gone = new AbortController();
      // Whoever has gone already does not say so again, and would have a place for ever.
      if (response.destroyed) gone.abort();
      else keep(response, of, () => gone.abort());
      response.on('error', () => response.destroy());
      if (!gone.signal.aborted) {
        response.writeHead(200, HEAD);
        response.write(`retry: ${RETRY_MS}\n\n`);
      }
      return {
        signal: gone.signal,
        send: (event) => {
          if (!response.writableEnded) response.write(textOf(event));
        },
        isFull: () => response.writableNeedDrain,
        onDrain: (listener) => void response.on('drain', listener),
        end: () => void response.end(),
      };
    },
  };
}

const HEAD = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // Or nginx gathers them.
  'x-accel-buffering': 'no',
};

function textOf({ event, id, data }: ServerEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
