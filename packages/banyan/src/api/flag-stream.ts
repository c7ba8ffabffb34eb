import type { FastifyInstance, RouteShorthandOptions } from 'fastify';
import type { FlagFeed, FlagSnapshot } from '../settings/feed.ts';

/** A comment is sent so often, ms, so that both ends notice when the other is gone. */
const HEARTBEAT_MS = 5_000;
/** Streams at once at most. */
const STREAMS = 1_000;

/** Server-sent events: each is all flags as JSON, the first at once, then one at every change. */
export function addFlagStream(app: FastifyInstance, feed: FlagFeed, options: RouteShorthandOptions): void {
  let open = 0;
  const summary = 'All flags now and at every change, as server-sent events';
  app.get('/v1/flags/stream', { ...options, schema: { summary } }, (request, reply) => {
    if (open >= STREAMS) {
      reply.code(503).header('retry-after', '5').send();
      return;
    }
    open++;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // A reader that is slow misses what is old: only the latest waits for it.
    let waiting: FlagSnapshot | undefined;
    const send = (snapshot: FlagSnapshot) => {
      if (raw.writableNeedDrain) waiting = snapshot;
      else raw.write(`event: flags\nid: ${snapshot.revision}\ndata: ${JSON.stringify(snapshot)}\n\n`);
    };
    raw.on('drain', () => {
      const snapshot = waiting;
      waiting = undefined;
      if (snapshot) send(snapshot);
    });
    const unsubscribe = feed.subscribe(send);
    const heartbeat = setInterval(() => {
      if (!raw.writableNeedDrain) raw.write(':\n\n');
    }, HEARTBEAT_MS);
    raw.on('close', () => {
      open--;
      clearInterval(heartbeat);
      unsubscribe();
    });
    raw.on('error', () => request.raw.destroy());
  });
}
