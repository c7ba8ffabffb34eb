import type { ServerResponse } from 'node:http';
import { type EventStream, eventStreams, type ServicePart, type Signals, spelled } from '@banyan/service';
import type { FastifyBaseLogger } from 'fastify';
import type pg from 'pg';
import { FeedItem } from '../api/index.ts';
import type { Telling } from '../delivery/telling.ts';
import { type NotificationSystem, spellingOf, type UserId } from '../system.ts';
import { listAfter, placeOf } from './store.ts';

/** Of one person in one process: when one more is opened, the oldest ends. */
const MOST_OF_PERSON = 5;
const MOST = 500;
/** Of what was missed; who missed more reads the feed. */
const MOST_MISSED = 200;
const AT_ONCE = 50;

export type Streams = {
  /** False: this process has as many as it can. */
  hasRoom(): boolean;
  /** Writes to the response what the person is told from now on, or from after `lastId` on, until either side ends it. */
  open(userId: UserId, lastId: string | undefined, response: ServerResponse): Promise<void>;
};

type Stream = { events: EventStream; userId: UserId; seq: string; isBusy: boolean; isBehind: boolean };

/**
 * Streams of what people are told in the app. Nothing is held in memory for a client: each knows the number that it has, and what comes after it is read
 * when its connection takes more.
 */
export const streams: ServicePart<Streams> = {
  async start({ pool, log, provided }) {
    const all = eventStreams({ most: MOST, mostOfOne: MOST_OF_PERSON });
    const byUser = new Map<string, Set<Stream>>();
    const { system } = provided.telling as Telling;
    const goOn = (stream: Stream) => void pump({ pool, log, system }, stream);
    const off = (provided.signals as Signals<'notifications_feed'>).on('notifications_feed', (told) => {
      const users = told === undefined ? byUser.keys() : [told];
      for (const user of users) for (const stream of byUser.get(user) ?? []) goOn(stream);
    });

    return {
      provided: {
        hasRoom: all.hasRoom,
        open: async (userId, lastId, response) => {
          const { seq, reload } = await placeIn(pool, userId, lastId);
          const events = all.open(response, userId);
          if (events.signal.aborted) return;
          const stream: Stream = { events, userId, seq, isBusy: false, isBehind: false };
          const user = String(userId);
          const own = byUser.get(user) ?? new Set();
          byUser.set(user, own.add(stream));
          events.signal.addEventListener('abort', () => {
            own.delete(stream);
            if (own.size === 0 && byUser.get(user) === own) byUser.delete(user);
          });
          if (reload) events.send({ event: 'reload', id: seq, data: {} });
          events.onDrain(() => goOn(stream));
          goOn(stream);
        },
      },
      drain: async () => all.endAll(),
      close: async () => {
        off();
        all.endAll();
      },
    };
  },
};

/** Where a stream begins; `reload`: what was missed is not known any more, or too much. */
async function placeIn(
  pool: pg.Pool,
  userId: UserId,
  lastId: string | undefined,
): Promise<{ seq: string; reload: boolean }> {
  const { newest, missed, isKnown } = await placeOf(pool, userId, lastId ?? '0');
  if (lastId === undefined) return { seq: newest, reload: false };
  if (!isKnown || missed > MOST_MISSED) return { seq: newest, reload: true };
  return { seq: lastId, reload: false };
}

/** Writes what comes after the stream's number, as long as the connection takes it; one at a time for a stream. */
async function pump(
  { pool, log, system }: { pool: pg.Pool; log: FastifyBaseLogger; system: NotificationSystem },
  stream: Stream,
): Promise<void> {
  stream.isBehind = true;
  if (stream.isBusy) return;
  stream.isBusy = true;
  const { events, userId } = stream;
  try {
    while (stream.isBehind && !events.isFull() && !events.signal.aborted) {
      stream.isBehind = false;
      const items = await listAfter(pool, userId, stream.seq, AT_ONCE);
      for (const { seq, ...item } of items) {
        const data = spelled(item, FeedItem, spellingOf(system)) as object;
        events.send({ event: 'notification', id: seq, data });
        stream.seq = seq;
      }
      if (items.length === AT_ONCE) stream.isBehind = true;
    }
  } catch (err) {
    log.warn({ err }, 'a stream of notifications breaks off');
    events.end();
  } finally {
    stream.isBusy = false;
  }
}
