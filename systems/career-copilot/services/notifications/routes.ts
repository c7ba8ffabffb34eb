import type { Events } from '@banyan/events';
import { mailRoutes, notificationRoutes, readRows, type Streams, type Telling } from '@banyan/notifications';
import { withTransaction } from '@banyan/postgres';
import type { KeyValueStore, ServiceApp, ServiceContext } from '@banyan/service';
import { API, Id, Message, Page, paged } from '../../api/common.ts';
import { Notification, NotificationQuery } from '../../api/notifications.ts';
import { contracts } from '../../contracts/notifications.ts';
import { activeUser, callerOf } from '../../kit/active-user.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { careerCopilot } from './career-copilot.ts';
import * as store from './store.ts';

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
  const read = async (userId: number, id: number | null) =>
    await withTransaction(pool, (tx) => readRows(tx, events, userId, id));

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
    (api: ServiceApp) => notificationRoutes(api, careerCopilot, { pool, events, telling, streams, limits }),
    { prefix: API },
  );
  mailRoutes(app, contracts.operations, { pool, telling });
}
