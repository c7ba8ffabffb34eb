import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { defineErrors, keyset, Page, PageQuery, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { INTEGER } from '../../../api/common.ts';
import { FeedItem } from '../../../api/notifications.ts';
import type { contracts } from '../../../contracts/notifications.ts';
import { callerOf } from '../../../kit/active-user.ts';
import { activeCaller } from '../callers.ts';
import { markRead } from '../store.ts';
import { countUnread, FEED, findInFeed, markAllInAppRead, markInAppRead, UNREAD } from './store.ts';
import type { Streams } from './streams.ts';

const errors = defineErrors({
  NOTIFICATION_NOT_FOUND: [404, 'You were told nothing under this id.'],
  TOO_MANY_STREAMS: [503, 'As many streams as this instance can have are open. Try again.'],
});

const LastEventId = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: '^\\d{1,18}$',
      description: 'The stream goes on after it; without it, from now on.',
    }),
  ),
});

const FeedQuery = Type.Object({ ...PageQuery.properties, unread_only: Type.Optional(Type.Boolean()) });
const Count = Type.Object({ count: Type.Integer() });
const ItemId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 40 }) });
const newest = keyset([
  { column: 'created_at', type: 'timestamptz', descending: true },
  { column: 'id', type: 'text', descending: true },
]);

/** What somebody was told in the app: the legacy API's notifications, and what this service tells besides. */
export function feedRoutes(
  app: ServiceApp,
  {
    pool,
    events,
    streams,
  }: { pool: pg.Pool; events: Pick<Events<typeof contracts>, 'publish'>; streams: Streams },
): void {
  const ofCaller = activeCaller(pool);

  app.get(
    '/notifications/feed',
    { ...ofCaller(), schema: { querystring: FeedQuery, response: { 200: Page(FeedItem) } } },
    async (request) => {
      const { unread_only: unreadOnly = false, ...page } = request.query;
      return await newest.page(pool, { text: unreadOnly ? UNREAD : FEED, values: [callerOf(request)] }, page);
    },
  );

  app.get(
    '/notifications/feed/unread',
    { ...ofCaller(), schema: { response: { 200: Count } } },
    async (request) => ({ count: await countUnread(pool, callerOf(request)) }),
  );

  app.get(
    '/notifications/stream',
    {
      ...ofCaller(503),
      // Not in the OpenAPI, which has no words for it: whoever reads the answer to its end would wait for ever.
      schema: {
        hide: true,
        description:
          'Server-sent events: `notification`, an item of the feed, and `reload` when more was missed than is sent.',
        headers: LastEventId,
      },
    },
    async (request, reply) => {
      if (!streams.hasRoom()) throw errors('TOO_MANY_STREAMS', { headers: { 'retry-after': '5' } });
      const lastId = request.headers['last-event-id'];
      reply.hijack();
      await streams.open(callerOf(request), lastId, reply.raw).catch((error: unknown) => {
        request.log.error({ err: error }, 'a stream of notifications cannot be opened');
        reply.raw.destroy();
      });
    },
  );

  app.put(
    '/notifications/feed/read',
    {
      ...ofCaller(),
      schema: { description: 'Marks all as read. Answers how many were not.', response: { 200: Count } },
    },
    async (request) => {
      const userId = callerOf(request);
      return await withTransaction(pool, async (tx) => {
        const legacy = await markRead(tx, userId, null);
        for (const notificationId of legacy)
          await events.publish(tx, 'NotificationRead', { userId, notificationId });
        return { count: legacy.length + (await markAllInAppRead(tx, userId)) };
      });
    },
  );

  app.put(
    '/notifications/feed/:id/read',
    { ...ofCaller(404), schema: { params: ItemId, response: { 200: FeedItem } } },
    async (request) => {
      const userId = callerOf(request);
      const { id } = request.params;
      await withTransaction(pool, async (tx) => {
        const legacy = legacyId(id);
        if (legacy === undefined) return await markInAppRead(tx, userId, id);
        for (const notificationId of await markRead(tx, userId, legacy))
          await events.publish(tx, 'NotificationRead', { userId, notificationId });
      });
      const item = await findInFeed(pool, userId, id);
      if (!item) throw errors('NOTIFICATION_NOT_FOUND');
      return item;
    },
  );
}

function legacyId(id: string): number | undefined {
  const number = /^n([1-9]\d{0,9})$/.exec(id)?.[1];
  return number === undefined || Number(number) > INTEGER.maximum ? undefined : Number(number);
}
