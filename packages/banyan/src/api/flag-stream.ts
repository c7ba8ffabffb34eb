import { eventStreams } from '@banyan/service';
import type { FastifyInstance, RouteShorthandOptions } from 'fastify';
import type { FlagFeed, FlagSnapshot } from '../settings/feed.ts';

/** A comment is sent so often, ms, so that both ends notice when the other is gone. */
const HEARTBEAT_MS = 5_000;
/** Streams at once at most. */
const STREAMS = 1_000;

/** Server-sent events: each is all flags as JSON, the first at once, then one at every change. */
export function addFlagStream(app: FastifyInstance, feed: FlagFeed, options: RouteShorthandOptions): void {
  const streams = eventStreams({ most: STREAMS, heartbeatMs: HEARTBEAT_MS, longestMs: null });
  const summary = 'All flags now and at every change, as server-sent events';
  app.get('/v1/flags/stream', { ...options, schema: { summary } }, (_request, reply) => {
    if (!streams.hasRoom()) {
      reply.code(503).header('retry-after', '5').send();
      return;
    }
    reply.hijack();
    const events = streams.open(reply.raw);
    if (events.signal.aborted) return;
    // A reader that is slow misses what is old: only the latest waits for it.
    let waiting: FlagSnapshot | undefined;
    const send = (snapshot: FlagSnapshot) => {
      if (events.isFull()) waiting = snapshot;
      else events.send({ event: 'flags', id: snapshot.revision, data: snapshot });
    };
    events.onDrain(() => {
      const snapshot = waiting;
      waiting = undefined;
      if (snapshot) send(snapshot);
    });
    events.signal.addEventListener('abort', feed.subscribe(send));
  });
}
