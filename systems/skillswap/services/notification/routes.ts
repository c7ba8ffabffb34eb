import type { Events } from '@banyan/events';
import { notificationRoutes, readRows, type Streams, type Telling } from '@banyan/notifications';
import { withTransaction } from '@banyan/postgres';
import {
  type KeyValueStore,
  personalDataRoutes,
  type ServiceApp,
  type ServiceContext,
} from '@banyan/service';
import type pg from 'pg';
import { API, Done, Id, Page } from '../../api/common.ts';
import { Notification, NotificationQuery } from '../../api/notifications.ts';
import type { contracts } from '../../contracts/notification.ts';
import { ASKER } from '../../contracts/personal-data.ts';
import { callerOf } from '../../kit/caller.ts';
import { ofUserIn } from '../../kit/of-user.ts';
import { pageOf } from '../../kit/pages.ts';
import { answerAsMonolith } from '../../kit/problem-answers.ts';
import { ApiError } from '../../kit/problems.ts';
import { personalTables } from './personal-data.ts';
import { skillswap } from './skillswap.ts';

type Given = {
  events: Events<typeof contracts>;
  telling: Telling;
  streams: Streams;
  limits: KeyValueStore;
};

export async function routes(app: ServiceApp, given: ServiceContext<unknown, Given>): Promise<void> {
  await app.register(
    async (api: ServiceApp) => {
      answerAsMonolith(api);
      rowRoutes(api, given);
      await notificationRoutes(api, skillswap, given);
    },
    { prefix: API },
  );
  personalDataRoutes(app, { pool: given.pool, stated: personalTables, asker: ASKER });
}

type Row = { id: string; kind: string; title: string; body: string; isRead: boolean; createdAt: Date };
const ROWS = `SELECT id, kind, title, body, is_read AS "isRead", created_at AS "createdAt" FROM notifications`;

/** As the monolith has them. */
function rowRoutes(app: ServiceApp, { pool, events }: { pool: pg.Pool; events: Given['events'] }): void {
  const ofUser = ofUserIn(pool, 'users');
  /** With an event for each that was not read before. */
  const read = async (userId: string, id: string | null) =>
    await withTransaction(pool, (tx) => readRows(tx, events, userId, id));

  app.get(
    '/notifications',
    { ...ofUser(), schema: { querystring: NotificationQuery, response: { 200: Page(Notification) } } },
    async (request) => {
      const text = `${ROWS} WHERE user_id = $1 AND NOT ($2 AND is_read)`;
      const values = [callerOf(request), request.query.unreadOnly];
      return await pageOf<Row>(pool, { text, values, order: 'created_at DESC, id DESC' }, request.query);
    },
  );

  app.put(
    '/notifications/:id/read',
    { ...ofUser('NOTIFICATION_NOT_FOUND'), schema: { params: Id, response: { 200: Notification } } },
    async (request) => {
      const userId = callerOf(request);
      await read(userId, request.params.id);
      const { rows } = await pool.query<Row>(`${ROWS} WHERE id = $1 AND user_id = $2`, [
        request.params.id,
        userId,
      ]);
      if (!rows[0]) throw new ApiError('NOTIFICATION_NOT_FOUND');
      return rows[0];
    },
  );

  app.put(
    '/notifications/read-all',
    { ...ofUser(), schema: { response: { 204: Done } } },
    async (request, reply) => {
      await read(callerOf(request), null);
      return await reply.code(204).send(null);
    },
  );
}
