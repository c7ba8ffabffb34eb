import { keyset, Page, PageQuery, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { Channel, Delivery, UNDELIVERED_STATES, Undelivered } from '../../../api/notifications.ts';
import { callerOf } from '../../../kit/active-user.ts';
import { activeAdmin, activeCaller } from '../callers.ts';
import { type Kind, kinds } from '../templates/kinds.ts';

const newest = keyset([
  { column: 'created_at', type: 'timestamptz', descending: true },
  { column: 'id', type: 'uuid' },
]);

const OF_USER = `SELECT id, kind, channel, state, reason, created_at, updated_at FROM deliveries WHERE user_id = $1`;

const UndeliveredQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(
    Type.Unsafe<(typeof UNDELIVERED_STATES)[number]>({ type: 'string', enum: [...UNDELIVERED_STATES] }),
  ),
  channel: Type.Optional(Channel),
  kind: Type.Optional(Type.Unsafe<Kind>({ type: 'string', enum: Object.keys(kinds) })),
});
/** The states are written out, so that an index has them. */
const UNDELIVERED = `SELECT id, user_id, kind, channel, state, reason, created_at, updated_at FROM deliveries
  WHERE state IN ('failed', 'bounced') AND ($1::text IS NULL OR state = $1)
    AND ($2::text IS NULL OR channel = $2) AND ($3::text IS NULL OR kind = $3)`;

/** What became of what somebody was to be told, whether it arrived or not. */
export function deliveryRoutes(app: ServiceApp, pool: pg.Pool): void {
  app.get(
    '/notifications/deliveries',
    { ...activeCaller(pool)(), schema: { querystring: PageQuery, response: { 200: Page(Delivery) } } },
    async (request) =>
      await newest.page<Delivery>(pool, { text: OF_USER, values: [callerOf(request)] }, request.query),
  );

  app.get(
    '/notifications/deliveries/undelivered',
    {
      ...activeAdmin(pool)(),
      schema: { querystring: UndeliveredQuery, response: { 200: Page(Undelivered) } },
    },
    async ({ query: { state = null, channel = null, kind = null, ...page } }) =>
      await newest.page<Undelivered>(pool, { text: UNDELIVERED, values: [state, channel, kind] }, page),
  );
}
