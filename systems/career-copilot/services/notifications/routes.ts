import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import type { KeyValueStore, ServiceApp, ServiceContext } from '@banyan/service';
import { API, Id, Message, Page, paged } from '../../api/common.ts';
import { Notification, NotificationQuery } from '../../api/notifications.ts';
import type { contracts } from '../../contracts/notifications.ts';
import { activeUser, callerOf } from '../../kit/active-user.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { campaignRoutes } from './campaigns/routes.ts';
import { deliveryRoutes } from './delivery/routes.ts';
import type { Telling } from './delivery/telling.ts';
import { feedRoutes } from './feed/routes.ts';
import type { Streams } from './feed/streams.ts';
import { mailRoutes } from './mail-routes.ts';
import { preferenceRoutes } from './preferences/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import * as store from './store.ts';
import { templateRoutes } from './templates/routes.ts';
import { unsubscribeRoutes } from './unsubscribe/routes.ts';
import { wayRoutes } from './ways/routes.ts';

type Provided = {
  events: Events<typeof contracts>;
  telling: Telling;
  streams: Streams;
  limits: KeyValueStore;
};

export async function routes(
  app: ServiceApp,
  { pool, events, telling, streams, limits }: ServiceContext<unknown, Provided>,
): Promise<void> {
  const ofUser = activeUser(pool);
  /** With an event for each that was not read before. */
  const read = async (userId: number, id: number | null) =>
    await withTransaction(pool, async (tx) => {
      for (const notificationId of await store.markRead(tx, userId, id))
        await events.publish(tx, 'NotificationRead', { userId, notificationId });
    });

  await app.register(
    async (legacy: ServiceApp) => {
      answerAsLegacy(legacy);

      legacy.get(
        '/notifications',
        {
          ...ofUser(),
          schema: { querystring: NotificationQuery, response: { 200: Page('notifications', Notification) } },
        },
        async (request) => {
          const { rows, total } = await store.listNotifications(pool, callerOf(request), request.query);
          return paged('notifications', rows, total, request.query);
        },
      );

      legacy.put(
        '/notifications/:id/read',
        { ...ofUser('NOTIFICATION_NOT_FOUND'), schema: { params: Id, response: { 200: Notification } } },
        async (request) => {
          const userId = callerOf(request);
          const { id } = request.params;
          await read(userId, id);
          const notification = await store.findNotification(pool, userId, id);
          if (!notification) throw new ApiError('NOTIFICATION_NOT_FOUND');
          return notification;
        },
      );

      legacy.put(
        '/notifications/read-all',
        { ...ofUser(), schema: { response: { 200: Message } } },
        async (request) => {
          await read(callerOf(request), null);
          return { message: 'All notifications marked as read' };
        },
      );
    },
    { prefix: API },
  );
  await app.register(
    async (api: ServiceApp) => {
      preferenceRoutes(api, pool);
      feedRoutes(api, { pool, events, streams });
      deliveryRoutes(api, pool);
      wayRoutes(api, { pool, telling, limits });
      templateRoutes(api, { pool, publish: events.publish });
      campaignRoutes(api, pool);
      await api.register((scope) => unsubscribeRoutes(scope, { pool, tokens: telling.tokens }));
      await api.register((scope) => reportRoutes(scope, { ...telling, pool, publish: events.publish }));
    },
    { prefix: API },
  );
  mailRoutes(app, { pool, telling });
}
