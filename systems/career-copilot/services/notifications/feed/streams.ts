import type { ServerResponse } from 'node:http';
import type { ServicePart } from '@banyan/service';
import type { FastifyBaseLogger } from 'fastify';
import type pg from 'pg';
import type { Signals } from '../signals.ts';
import { listAfter, placeOf } from './store.ts';

/** Of one person in one process: when one more is opened, the oldest ends. */
const MOST_OF_PERSON = 5;
const MOST = 500;
const HEARTBEAT_MS = 15_000;
/** Then the client asks again, and whether it still may is looked at anew. */
const LONGEST_MS = 3_600_000;
/** Of what was missed; who missed more reads the feed. */
const MOST_MISSED = 200;
const AT_ONCE = 50;

export type Streams = {
  /** False: this process has as many as it can. */
  hasRoom(): boolean;
  /** Writes to the response what the person is told from now on, or from after `lastId` on, until either side ends it. */
  open(userId: number, lastId: string | undefined, response: ServerResponse): Promise<void>;
};

type Stream = { response: ServerResponse; seq: string; isBusy: boolean; isBehind: boolean };

/**
 * Streams of what people are told in the app. Nothing is held in memory for a client: each knows the number that it has, and what comes after it is read
 * when its connection takes more.
 */
export const streams: ServicePart<Streams> = {
  async start({ pool, log, provided }) {
    const open = new Map<number, Set<Stream>>();
    let count = 0;
    const all = () => [...open.values()].flatMap((each) => [...each]);
    const off = (provided.signals as Signals).on('notifications_feed', (userId) => {
      const told = userId === undefined ? all() : (open.get(Number(userId)) ?? []);
      for (const stream of told) stream.response.emit('told');
    });
    const heartbeat = setInterval(() => {
      for (const { response } of all()) if (!response.writableNeedDrain) response.write(':\n\n');
    }, HEARTBEAT_MS);
    const endAll = () => {
      for (const { response } of all()) response.end();
    };

    return {
      provided: {
        hasRoom: () => count < MOST,
        open: async (userId, lastId, response) => {
          const { seq, reload } = await placeIn(pool, userId, lastId);
          // Whoever has gone meanwhile does not say so again, and would have a place for ever.
          if (response.destroyed) return;
          const stream: Stream = { response, seq, isBusy: false, isBehind: false };
          const own = open.get(userId) ?? new Set();
          open.set(userId, own.add(stream));
          count++;
          if (own.size > MOST_OF_PERSON) [...own][0]!.response.end();
          const longest = setTimeout(() => response.end(), LONGEST_MS);
          response.on('close', () => {
            clearTimeout(longest);
            own.delete(stream);
            if (own.size === 0 && open.get(userId) === own) open.delete(userId);
            count--;
          });
          response.on('error', () => response.destroy());
          response.writeHead(200, {
            'content-type': 'text/event-stream',
            'cache-control': 'no-store',
            'x-accel-buffering': 'no',
          });
          response.write(`retry: 3000\n${reload ? `id: ${seq}\nevent: reload\ndata: {}\n` : ''}\n`);
          const goOn = () => void pump({ pool, log }, userId, stream);
          response.on('told', goOn);
          response.on('drain', goOn);
          goOn();
        },
      },
      drain: async () => endAll(),
      close: async () => {
        off();
        clearInterval(heartbeat);
        endAll();
      },
    };
  },
};

/** Where a stream begins; `reload`: what was missed is not known any more, or too much. */
async function placeIn(
  pool: pg.Pool,
  userId: number,
  lastId: string | undefined,
): Promise<{ seq: string; reload: boolean }> {
  const { newest, missed, isKnown } = await placeOf(pool, userId, lastId ?? '0');
  if (lastId === undefined) return { seq: newest, reload: false };
  if (!isKnown || missed > MOST_MISSED) return { seq: newest, reload: true };
  return { seq: lastId, reload: false };
}

/** Writes what comes after the stream's number, as long as the connection takes it; one at a time for a stream. */
async function pump(
  { pool, log }: { pool: pg.Pool; log: FastifyBaseLogger },
  userId: number,
  stream: Stream,
): Promise<void> {
  stream.isBehind = true;
  if (stream.isBusy) return;
  stream.isBusy = true;
  const { response } = stream;
  try {
    while (stream.isBehind && !response.writableNeedDrain && !response.writableEnded) {
      stream.isBehind = false;
      const items = await listAfter(pool, userId, stream.seq, AT_ONCE);
      for (const { seq, ...item } of items) {
        response.write(`id: ${seq}\nevent: notification\ndata: ${JSON.stringify(item)}\n\n`);
        stream.seq = seq;
      }
      if (items.length === AT_ONCE) stream.isBehind = true;
    }
  } catch (err) {
    log.warn({ err }, 'a stream of notifications breaks off');
    response.destroy();
  } finally {
    stream.isBusy = false;
  }
}
