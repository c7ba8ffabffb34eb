import type { FastifyInstance } from 'fastify';
import { Id, Message, Page, paged } from '../../api/common.ts';
import { Notification, NotificationQuery } from '../../api/notifications.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import type { Context } from '../context.ts';
import { currentUser } from '../security.ts';

export function notificationRoutes(app: FastifyInstance, { pool, ofUser }: Context): void {
  app.get<{ Querystring: NotificationQuery }>(
    '/notifications',
    {
      ...ofUser(),
      schema: { querystring: NotificationQuery, response: { 200: Page('notifications', Notification) } },
    },
    async (request) => {
      const { unread_only: unreadOnly = false, page, limit } = request.query;
      const mine = [currentUser(request).id, unreadOnly];
      const [rows, total] = await Promise.all([
        pool.query(
          `SELECT id, kind, title, body, is_read, created_at FROM notifications
           WHERE user_id = $1 AND NOT ($2 AND is_read) ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4`,
          [...mine, limit, (page - 1) * limit],
        ),
        pool.query<{ count: number }>(
          'SELECT count(*)::int AS count FROM notifications WHERE user_id = $1 AND NOT ($2 AND is_read)',
          mine,
        ),
      ]);
      return paged('notifications', rows.rows, total.rows[0]?.count ?? 0, request.query);
    },
  );

  app.put<{ Params: Id }>(
    '/notifications/:id/read',
    { ...ofUser('NOTIFICATION_NOT_FOUND'), schema: { params: Id, response: { 200: Notification } } },
    async (request) => {
      const { rows } = await pool.query(
        `UPDATE notifications SET is_read = true WHERE id = $1 AND user_id = $2
         RETURNING id, kind, title, body, is_read, created_at`,
        [request.params.id, currentUser(request).id],
      );
      if (!rows[0]) throw new ApiError('NOTIFICATION_NOT_FOUND');
      return rows[0];
    },
  );

  app.put(
    '/notifications/read-all',
    { ...ofUser(), schema: { response: { 200: Message } } },
    async (request) => {
      await pool.query('UPDATE notifications SET is_read = true WHERE user_id = $1 AND NOT is_read', [
        currentUser(request).id,
      ]);
      return { message: 'All notifications marked as read' };
    },
  );
}
