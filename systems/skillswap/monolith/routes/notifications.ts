import type { FastifyInstance } from 'fastify';
import { Done, Id, Page } from '../../api/common.ts';
import { Notification, NotificationQuery } from '../../api/notifications.ts';
import { pageOf } from '../../kit/pages.ts';
import { ApiError } from '../../kit/problems.ts';
import { type Context, currentUser } from '../context.ts';

const COLUMNS = 'id, kind, title, body, is_read AS "isRead", created_at AS "createdAt"';

export function notificationRoutes(app: FastifyInstance, { pool, ofUser }: Context): void {
  app.get<{ Querystring: NotificationQuery }>(
    '/notifications',
    { ...ofUser(), schema: { querystring: NotificationQuery, response: { 200: Page(Notification) } } },
    async (request) => {
      const text = `SELECT ${COLUMNS} FROM notifications WHERE user_id = $1 AND NOT ($2 AND is_read)`;
      const values = [currentUser(request).id, request.query.unreadOnly];
      return await pageOf(pool, { text, values, order: 'created_at DESC, id DESC' }, request.query);
    },
  );

  app.put<{ Params: Id }>(
    '/notifications/:id/read',
    { ...ofUser('NOTIFICATION_NOT_FOUND'), schema: { params: Id, response: { 200: Notification } } },
    async (request) => {
      const { rows } = await pool.query(
        `UPDATE notifications SET is_read = true WHERE id = $1 AND user_id = $2 RETURNING ${COLUMNS}`,
        [request.params.id, currentUser(request).id],
      );
      if (!rows[0]) throw new ApiError('NOTIFICATION_NOT_FOUND');
      return rows[0];
    },
  );

  app.put(
    '/notifications/read-all',
    { ...ofUser(), schema: { response: { 204: Done } } },
    async (request, reply) => {
      await pool.query('UPDATE notifications SET is_read = true WHERE user_id = $1 AND NOT is_read', [
        currentUser(request).id,
      ]);
      return await reply.code(204).send();
    },
  );
}
