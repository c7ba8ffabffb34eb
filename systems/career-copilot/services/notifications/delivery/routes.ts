import { keyset, Page, PageQuery, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { Delivery } from '../../../api/notifications.ts';
import { callerOf } from '../../../kit/active-user.ts';
import { activeCaller } from '../callers.ts';

const newest = keyset([
  { column: 'created_at', type: 'timestamptz', descending: true },
  { column: 'id', type: 'uuid' },
]);

const OF_USER = `SELECT id, kind, channel, state, reason, created_at, updated_at FROM deliveries WHERE user_id = $1`;

/** What became of what somebody was to be told, whether it arrived or not. */
export function deliveryRoutes(app: ServiceApp, pool: pg.Pool): void {
  app.get(
    '/notifications/deliveries',
    { ...activeCaller(pool)(), schema: { querystring: PageQuery, response: { 200: Page(Delivery) } } },
    async (request) =>
      await newest.page<Delivery>(pool, { text: OF_USER, values: [callerOf(request)] }, request.query),
  );
}
