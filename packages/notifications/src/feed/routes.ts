import { withTransaction } from '@banyan/postgres';
import { defineErrors, keyset, Page, PageQuery, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { FeedItem } from '../api/index.ts';
import type { RoutesHost } from '../routes-host.ts';
import { readRows, rowIdIn } from '../rows.ts';
import { countUnread, FEED, findInFeed, markAllInAppRead, markInAppRead, UNREAD } from './store.ts';

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

/** What somebody was told in the app: rows of `notifications`, and what this service tells besides. */
export function feedRoutes(app: ServiceApp, { pool, system, access, own, says, streams }: RoutesHost): void {
  app.get(
    `${own}/feed`,
    { ...access.signedIn(), schema: { querystring: FeedQuery, response: { 200: Page(FeedItem) } } },
    async (request) => {
      const { unread_only: unreadOnly = false, ...page } = request.query;
      return await newest.page(
        pool,
        { text: unreadOnly ? UNREAD : FEED, values: [access.callerOf(request)] },
        page,
      );
    },
  );

  app.get(
    `${own}/feed/unread`,
    { ...access.signedIn(), schema: { response: { 200: Count } } },
    async (request) => ({ count: await countUnread(pool, access.callerOf(request)) }),
  );

  app.get(
    `${own}/stream`,
    {
      ...access.signedIn(503),
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
      await streams.open(access.callerOf(request), lastId, reply.raw).catch((error: unknown) => {
        request.log.error({ err: error }, 'a stream of notifications cannot be opened');
        reply.raw.destroy();
      });
    },
  );

  app.put(
    `${own}/feed/read`,
    {
      ...access.signedIn(),
      schema: { description: 'Marks all as read. Answers how many were not.', response: { 200: Count } },
    },
    async (request) => {
      const userId = access.callerOf(request);
      return await withTransaction(pool, async (tx) => {
        const rows = await readRows(tx, says, userId, null);
        return { count: rows + (await markAllInAppRead(tx, userId)) };
      });
    },
  );

  app.put(
    `${own}/feed/:id/read`,
    { ...access.signedIn(404), schema: { params: ItemId, response: { 200: FeedItem } } },
    async (request) => {
      const userId = access.callerOf(request);
      const { id } = request.params;
      await withTransaction(pool, async (tx) => {
        const row = rowIdIn(id, system);
        if (row === undefined) await markInAppRead(tx, userId, id);
        else await readRows(tx, says, userId, row);
      });
      const item = await findInFeed(pool, userId, id);
      if (!item) throw errors('NOTIFICATION_NOT_FOUND');
      return item;
    },
  );
}
